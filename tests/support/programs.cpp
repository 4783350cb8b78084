#include <support/programs.h>

#include <filesystem>
#include <stdexcept>

namespace natscreds::support {

std::string program(std::string_view name) {
    const std::filesystem::path path = std::filesystem::path(NATSCREDS_BIN_DIR) / name;
    if (!std::filesystem::exists(path)) throw std::runtime_error(path.string() + " is not built");
    return path.string();
}

std::string source_root() {
    return NATSCREDS_SOURCE_DIR;
}

std::string build_folder() {
    return NATSCREDS_BUILD_DIR;
}

}  // namespace natscreds::support
