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

/// An absolute path, and the option or variable that it comes from, or what else stands for one: "default".
struct Folder {
    std::filesystem::path path;
    std::string from;
};

/// The three folders of nsc's account model.
///
/// Holds:   an option beats NSC_HOME and NKEYS_PATH, which beat the XDG folders, which beat the folders of
///          old versions; those count only where they are there and the XDG ones are not. NSC_HOME is for nsc of
///          today the folder of nsc.json alone, and was that of the stores too: so the stores lie below it
///          unless there are none and the XDG folder has some.
/// Source:  nsc home/home.go, cmd/root.go, cmd/defaults.go.
struct Folders {
    Folder config;              ///< holds nsc.json
    Folder stores;              ///< a folder for each operator; nsc.json may name another one
    Folder keystore;            ///< keys/ and creds/
    bool stores_named = false;  ///< by an option, so that nsc.json has no say
};

[[nodiscard]] Folders find_folders(const FolderOptions& options, const Surroundings& surroundings);

/// A path for people: with `~` in the place of the home folder, as nsc prints them.
[[nodiscard]] std::string shown(const std::filesystem::path& path, const Surroundings& surroundings);

}  // namespace natscreds::accounts
