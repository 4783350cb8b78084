#include <support/programs.h>

#include <filesystem>
#include <stdexcept>

namespace natscreds::support {

std::string program(std::string_view name) {
    const std::filesystem::path path = std::filesystem::path(NATSCREDS_BIN_DIR) / name;
    if (!std::filesystem::exists(path)) throw std::runtime_error(path.string() + " is not built");
    return path.string();
}

Command command(std::string_view name, const std::vector<std::string>& words) {
    Command made{.argv = {program(name)}};
    made.argv.insert(made.argv.end(), words.begin(), words.end());
    for (const char* variable :
         {"NATS_URL", "NATS_CREDS", "NATS_NKEY", "NATS_USER", "NATS_PASSWORD", "NATS_TOKEN", "NATS_CERT",
          "NATS_KEY", "NATS_CA", "NATS_CONTEXT", "NATS_TIMEOUT"})
        made.environment[variable] = std::nullopt;
    // Where nobody has selected a context for the `nats` tool.
    made.environment["XDG_CONFIG_HOME"] = std::string(NATSCREDS_BUILD_DIR) + "/no-configuration";
    // Where no chat can keep anything.
    made.environment["XDG_STATE_HOME"] = "/dev/null/state";
    return made;
}

std::string source_root() {
    return NATSCREDS_SOURCE_DIR;
}

std::string build_folder() {
    return NATSCREDS_BUILD_DIR;
}

}  // namespace natscreds::support
