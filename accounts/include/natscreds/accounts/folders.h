#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace natscreds::accounts {

/// Where things lie that nobody named: the environment's variables and the current folder. Only `main`
/// passes the real ones.
struct Surroundings {
    std::function<std::optional<std::string>(std::string_view)> variable;
    std::filesystem::path current_folder;
};

/// The folders that a command line names; empty ones are looked for.
struct FolderOptions {
    std::filesystem::path config;
    std::filesystem::path stores;
    std::filesystem::path keystore;
    std::filesystem::path all;  ///< instead of all three
};

/// The three folders of nsc's account model, as absolute paths.
///
/// Holds:   an option beats NSC_HOME and NKEYS_PATH, which beat the XDG folders, which beat the folders of
///          old versions; those count only where they are there and the XDG ones are not.
/// Source:  nsc home/home.go, cmd/defaults.go.
struct Folders {
    std::filesystem::path config;    ///< holds nsc.json
    std::filesystem::path stores;    ///< a folder for each operator; nsc.json may name another one
    std::filesystem::path keystore;  ///< keys/ and creds/
    bool stores_named = false;       ///< by an option, so that nsc.json has no say
};

[[nodiscard]] Folders find_folders(const FolderOptions& options, const Surroundings& surroundings);

/// A path for people: with `~` in the place of the home folder, as nsc prints them.
[[nodiscard]] std::string shown(const std::filesystem::path& path, const Surroundings& surroundings);

}  // namespace natscreds::accounts
