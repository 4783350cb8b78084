#include <natscreds/accounts/folders.h>

#include <system_error>

namespace natscreds::accounts {
namespace {

namespace fs = std::filesystem;

bool leads_somewhere(const fs::path& path) {
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

bool has_something(const fs::path& folder) {
    std::error_code ignored;
    return fs::exists(folder, ignored) && !fs::is_empty(folder, ignored);
}

std::optional<Folder> of_variable(const Surroundings& surroundings, const std::string& name) {
    const auto path = set_folder(surroundings, name);
    return path ? std::optional(Folder{*path, "$" + name}) : std::nullopt;
}

/// A folder below that of an XDG variable, or below the one that stands for it in the home folder.
Folder xdg_folder(const Surroundings& surroundings, const std::string& name, const fs::path& in_home) {
    const auto set = of_variable(surroundings, name);
    Folder folder = set.value_or(Folder{home_of(surroundings) / in_home, "default"});
    folder.path = folder.path / "nats/nsc";
    return folder;
}

/// The folder of the present, unless only that of old versions is there.
Folder present_or_old(Folder present, const fs::path& old, const fs::path& telltale) {
    const bool only_old = !leads_somewhere(present.path / telltale) && leads_somewhere(old / telltale);
    return only_old ? Folder{old, "old version of nsc"} : std::move(present);
}

Folder config_folder(const Surroundings& surroundings) {
    if (const auto named = of_variable(surroundings, "NSC_HOME")) return *named;
    return present_or_old(xdg_folder(surroundings, "XDG_CONFIG_HOME", ".config"),
                          home_of(surroundings) / ".nsc", "nsc.json");
}

Folder data_folder(const Surroundings& surroundings, const fs::path& below, const fs::path& old) {
    Folder present = xdg_folder(surroundings, "XDG_DATA_HOME", ".local/share");
    present.path /= below;
    return present_or_old(std::move(present), home_of(surroundings) / old, "");
}

Folder stores_folder(const Surroundings& surroundings) {
    Folder data = data_folder(surroundings, "stores", ".nsc/nats");
    const auto named = of_variable(surroundings, "NSC_HOME");
    if (!named) return data;
    // For nsc of today NSC_HOME says nothing about stores; for that of the tutorial it does.
    const fs::path below = named->path / "nats";
    const bool is_elsewhere = !leads_somewhere(absolute(below, surroundings)) && has_something(data.path);
    return is_elsewhere ? data : Folder{below, named->from};
}

Folder keystore_folder(const Surroundings& surroundings) {
    if (const auto named = of_variable(surroundings, "NKEYS_PATH")) return *named;
    return data_folder(surroundings, "keys", ".nkeys");
}

}  // namespace

Folders find_folders(const FolderOptions& options, const Surroundings& surroundings) {
    const auto chosen = [&](const Folder& named, Folder found) {
        if (!options.all.empty()) found = {options.all, "--all-dirs"};
        if (!named.path.empty()) found = named;
        return Folder{absolute(found.path, surroundings), found.from};
    };
    return {
        .config = chosen({options.config, "--config-dir"}, config_folder(surroundings)),
        .stores = chosen({options.stores, "--data-dir"}, stores_folder(surroundings)),
        .keystore = chosen({options.keystore, "--keystore-dir"}, keystore_folder(surroundings)),
        .stores_named = !options.all.empty() || !options.stores.empty(),
    };
}

std::string shown(const std::filesystem::path& path, const Surroundings& surroundings) {
    const std::string home = home_of(surroundings).string();
    const std::string text = path.string();
    const bool below_home = home.size() > 1 && text.starts_with(home + "/");
    return below_home ? "~" + text.substr(home.size()) : text;
}

}  // namespace natscreds::accounts
