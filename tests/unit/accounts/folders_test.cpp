#include <filesystem>
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/folders.h>
#include <support/temp_dir.h>

using namespace natscreds;
using accounts::find_folders;
using accounts::Folders;
using accounts::Surroundings;

namespace {

Surroundings surroundings(std::map<std::string, std::string> variables) {
    return {
        .variable = [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(std::string(name));
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        .current_folder = "/work"};
}

}  // namespace

TEST_CASE("Folders: NSC_HOME and NKEYS_PATH place them as nsc does") {
    const Folders found = find_folders(
        {},
        surroundings({{"HOME", "/home/k"}, {"NSC_HOME", "./nsc/accounts"}, {"NKEYS_PATH", "./nsc/nkeys/"}}));
    REQUIRE(found.config.path == "/work/nsc/accounts");
    REQUIRE(found.stores.path == "/work/nsc/accounts/nats");
    REQUIRE(found.keystore.path == "/work/nsc/nkeys");
    REQUIRE_FALSE(found.stores_named);
}

TEST_CASE("Folders: without variables they lie in the home folder's XDG folders") {
    const Folders found = find_folders({}, surroundings({{"HOME", "/home/nobody"}}));
    REQUIRE(found.config.path == "/home/nobody/.config/nats/nsc");
    REQUIRE(found.stores.path == "/home/nobody/.local/share/nats/nsc/stores");
    REQUIRE(found.keystore.path == "/home/nobody/.local/share/nats/nsc/keys");
}

TEST_CASE("Folders: the XDG variables move them, and empty ones do not") {
    const Folders found = find_folders(
        {}, surroundings({{"HOME", "/home/nobody"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_DATA_HOME", ""}}));
    REQUIRE(found.config.path == "/c/nats/nsc");
    REQUIRE(found.stores.path == "/home/nobody/.local/share/nats/nsc/stores");
}

TEST_CASE("Folders: those of old versions count while only they are there") {
    const support::TempDir home;
    home.write(".nsc/nsc.json", "{}");
    std::filesystem::create_directories(home / ".nsc/nats");
    std::filesystem::create_directories(home / ".nkeys");
    const Surroundings around = surroundings({{"HOME", home.path().string()}});

    Folders found = find_folders({}, around);
    REQUIRE(found.config.path == home / ".nsc");
    REQUIRE(found.stores.path == home / ".nsc/nats");
    REQUIRE(found.keystore.path == home / ".nkeys");

    home.write(".config/nats/nsc/nsc.json", "{}");
    std::filesystem::create_directories(home / ".local/share/nats/nsc/stores");
    std::filesystem::create_directories(home / ".local/share/nats/nsc/keys");
    found = find_folders({}, around);
    REQUIRE(found.config.path == home / ".config/nats/nsc");
    REQUIRE(found.stores.path == home / ".local/share/nats/nsc/stores");
    REQUIRE(found.keystore.path == home / ".local/share/nats/nsc/keys");
}

TEST_CASE("Folders: where NSC_HOME holds no stores and the XDG folder does, the stores are those") {
    const support::TempDir home;
    const std::string nsc_home = home / "config";
    const Surroundings around = surroundings({{"HOME", home.path().string()}, {"NSC_HOME", nsc_home}});
    std::filesystem::create_directories(home / ".local/share/nats/nsc/stores");
    CHECK(find_folders({}, around).stores.path == home / "config/nats");
    home.write(".local/share/nats/nsc/stores/KO/.nsc", "{}");
    CHECK(find_folders({}, around).stores.path == home / ".local/share/nats/nsc/stores");
    std::filesystem::create_directories(home / "config/nats");
    CHECK(find_folders({}, around).stores.path == home / "config/nats");
}

TEST_CASE("Folders: each says where it comes from") {
    const support::TempDir home;
    home.write(".nkeys/keys/x", "");
    const Folders found = find_folders({.config = {}, .stores = "/data", .keystore = {}, .all = {}},
                                       surroundings({{"HOME", home.path().string()}, {"NSC_HOME", "/n"}}));
    CHECK(found.config.from == "$NSC_HOME");
    CHECK(found.stores.from == "--data-dir");
    CHECK(found.keystore.from == "old version of nsc");
    const Folders plain = find_folders({.config = {}, .stores = {}, .keystore = "/k", .all = "/all"},
                                       surroundings({{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}}));
    CHECK(plain.config.from == "--all-dirs");
    CHECK(plain.keystore.from == "--keystore-dir");
    const Folders xdg = find_folders({}, surroundings({{"HOME", "/h"}, {"XDG_DATA_HOME", "/d"}}));
    CHECK(xdg.config.from == "default");
    CHECK(xdg.stores.from == "$XDG_DATA_HOME");
}

TEST_CASE("Folders: options beat variables, and a single one beats the one for all") {
    const Surroundings around = surroundings({{"HOME", "/h"}, {"NSC_HOME", "/n"}, {"NKEYS_PATH", "/k"}});
    const Folders found =
        find_folders({.config = "", .stores = "/data", .keystore = "", .all = "~/all"}, around);
    REQUIRE(found.config.path == "/h/all");
    REQUIRE(found.stores.path == "/data");
    REQUIRE(found.keystore.path == "/h/all");
    REQUIRE(found.stores_named);
}

TEST_CASE("Folders: paths are shown with ~ only where they lie below the home folder") {
    const Surroundings around = surroundings({{"HOME", "/home/k"}});
    REQUIRE(accounts::shown("/home/k/creds/x.creds", around) == "~/creds/x.creds");
    REQUIRE(accounts::shown("/home/karl/x.creds", around) == "/home/karl/x.creds");
}
