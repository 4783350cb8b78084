#include <natscreds/accounts/folders.h>

#include <system_error>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

bool there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

/// A variable's value; one that is set to nothing counts as not set.
std::optional<fs::path> set_folder(const Surroundings& surroundings, std::string_view name) {
    const std::optional<std::string> value = surroundings.variable(name);
    if (!value || value->empty()) return std::nullopt;
    return fs::path(*value);
}

fs::path home_of(const Surroundings& surroundings) {
    return set_folder(surroundings, "HOME").value_or("/");
}

/// `~/x` as the shell would have it, for settings that no shell has seen; relative paths from the current
/// folder.
fs::path absolute(const fs::path& path, const Surroundings& surroundings) {
    const std::string text = path.string();
    if (text == "~" || text.starts_with("~/")) {
        return (home_of(surroundings) / fs::path(text.substr(text.size() > 1 ? 2 : 1))).lexically_normal();
    }
    const fs::path whole = (surroundings.current_folder / path).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

/// The folder of the present, unless only that of old versions is there.
fs::path present_or_old(const fs::path& present, const fs::path& old, const fs::path& telltale) {
    const bool only_old = !there(present / telltale) && there(old / telltale);
    return only_old ? old : present;
}

fs::path config_folder(const Surroundings& surroundings) {
    if (const auto named = set_folder(surroundings, "NSC_HOME")) return *named;
    const fs::path home = home_of(surroundings);
    const fs::path xdg = set_folder(surroundings, "XDG_CONFIG_HOME").value_or(home / ".config");
    return present_or_old(xdg / "nats/nsc", home / ".nsc", "nsc.json");
}

fs::path data_folder(const Surroundings& surroundings) {
    const auto xdg = set_folder(surroundings, "XDG_DATA_HOME");
    return xdg.value_or(home_of(surroundings) / ".local/share") / "nats/nsc";
}

fs::path stores_folder(const Surroundings& surroundings) {
    if (const auto named = set_folder(surroundings, "NSC_HOME")) return *named / "nats";
    return present_or_old(data_folder(surroundings) / "stores", home_of(surroundings) / ".nsc/nats", "");
}

fs::path keystore_folder(const Surroundings& surroundings) {
    if (const auto named = set_folder(surroundings, "NKEYS_PATH")) return *named;
    return present_or_old(data_folder(surroundings) / "keys", home_of(surroundings) / ".nkeys", "");
}

}  // namespace

Folders find_folders(const FolderOptions& options, const Surroundings& surroundings) {
    const auto named = [&](const fs::path& one) { return one.empty() ? options.all : one; };
    const fs::path config = named(options.config);
    const fs::path stores = named(options.stores);
    const fs::path keystore = named(options.keystore);
    return {
        .config = absolute(config.empty() ? config_folder(surroundings) : config, surroundings),
        .stores = absolute(stores.empty() ? stores_folder(surroundings) : stores, surroundings),
        .keystore = absolute(keystore.empty() ? keystore_folder(surroundings) : keystore, surroundings),
        .stores_named = !stores.empty(),
    };
}

std::string shown(const std::filesystem::path& path, const Surroundings& surroundings) {
    const std::string home = home_of(surroundings).string();
    const std::string text = path.string();
    const bool below_home = home.size() > 1 && text.starts_with(home + "/");
    return below_home ? "~" + text.substr(home.size()) : text;
}

}  // namespace natscreds::accounts
