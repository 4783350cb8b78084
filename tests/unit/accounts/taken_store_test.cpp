// Which store is taken, in each environment and with each set of folders that there may be. It is the one that nsc 2
// takes (cmd/root.go, cmd/defaults.go, home/home.go), but for the two rows that say otherwise.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/context.h>
#include <natscreds/accounts/folders.h>
#include <support/temp_dir.h>

using namespace natscreds;

namespace {

const std::string in_xdg = ".local/share/nats/nsc/stores";
const std::string xdg_config = ".config/nats/nsc";

/// A folder of operators is told by the operator in it: a row's store has the operator WANTED, the others have OTHER.
struct Row {
    std::string what;
    std::map<std::string, std::string> variables;  ///< "%" is the home folder
    std::vector<std::string> others;               ///< folders of operators that are not taken
    std::map<std::string, std::string> files;
    std::string stores;
    std::string from;
    std::string config;
    std::string keystore;
    std::string current_folder = "out";
    accounts::FolderOptions options = {};
};

const std::vector<Row> rows{
    {"nothing at all", {}, {}, {}, in_xdg, "default", xdg_config, ".local/share/nats/nsc/keys"},
    {"an old store alone",
     {},
     {},
     {{".nkeys/keys/x", ""}},
     ".nsc/nats",
     "old version of nsc",
     xdg_config,
     ".nkeys"},
    {"an old store beside a new one",
     {},
     {".nsc/nats"},
     {},
     in_xdg,
     "default",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"an old nsc.json alone",
     {},
     {},
     {{".nsc/nsc.json", "{}"}},
     in_xdg,
     "default",
     ".nsc",
     ".local/share/nats/nsc/keys"},
    {"an old nsc.json that names a store",
     {},
     {in_xdg},
     {{".nsc/nsc.json", R"({"store_root":"%/named"})"}},
     "named",
     "nsc.json",
     ".nsc",
     ".local/share/nats/nsc/keys"},
    {"an old nsc.json beside a new one",
     {},
     {"named"},
     {{".nsc/nsc.json", R"({"store_root":"%/named"})"}, {xdg_config + "/nsc.json", "{}"}},
     in_xdg,
     "default",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"XDG folders",
     {{"XDG_DATA_HOME", "%/d"}, {"XDG_CONFIG_HOME", "%/c"}},
     {in_xdg},
     {},
     "d/nats/nsc/stores",
     "$XDG_DATA_HOME",
     "c/nats/nsc",
     "d/nats/nsc/keys"},
    {"XDG folders without anything, and an old store",
     {{"XDG_DATA_HOME", "%/d"}},
     {},
     {},
     ".nsc/nats",
     "old version of nsc",
     xdg_config,
     "d/nats/nsc/keys"},
    {"XDG variables that are empty",
     {{"XDG_DATA_HOME", ""}, {"XDG_CONFIG_HOME", ""}},
     {},
     {},
     in_xdg,
     "default",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME with nsc.json",
     {{"NSC_HOME", "%/n"}},
     {in_xdg, "n/nats"},
     {{"n/nsc.json", R"({"store_root":"%/named"})"}},
     "named",
     "nsc.json",
     "n",
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME without nsc.json and without stores",
     {{"NSC_HOME", "%/n"}},
     {},
     {},
     in_xdg,
     "default",
     "n",
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME with an empty store_root",
     {{"NSC_HOME", "%/n"}},
     {},
     {{"n/nsc.json", R"({"store_root":""})"}},
     in_xdg,
     "default",
     "n",
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME and an old store",
     {{"NSC_HOME", "%/n"}},
     {},
     {},
     ".nsc/nats",
     "old version of nsc",
     "n",
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME that is the old folder",
     {{"NSC_HOME", "%/.nsc"}},
     {},
     {},
     ".nsc/nats",
     "$NSC_HOME",
     ".nsc",
     ".local/share/nats/nsc/keys"},
    {"NSC_HOME that is empty",
     {{"NSC_HOME", ""}, {"NKEYS_PATH", ""}},
     {"n/nats"},
     {},
     in_xdg,
     "default",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"the tutorial: stores below NSC_HOME, where nsc 2 takes the XDG folder's",
     {{"NSC_HOME", "%/n"}, {"NKEYS_PATH", "%/k"}},
     {in_xdg, ".nsc/nats"},
     {},
     "n/nats",
     "$NSC_HOME",
     "n",
     "k"},
    {"a current folder above operators",
     {},
     {in_xdg},
     {{xdg_config + "/nsc.json", R"({"store_root":"%/named"})"}},
     "out",
     "current folder",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"a current folder in an operator's, without nsc.json, where nsc 2 makes one first",
     {},
     {in_xdg},
     {},
     "out",
     "current folder",
     xdg_config,
     ".local/share/nats/nsc/keys",
     "out/WANTED"},
    {"NSC_CWD_ONLY: nothing remembered",
     {{"NSC_CWD_ONLY", "1"}},
     {"named"},
     {{xdg_config + "/nsc.json", R"({"store_root":"%/named"})"}},
     in_xdg,
     "default",
     xdg_config,
     ".local/share/nats/nsc/keys"},
    {"--data-dir beats them all",
     {{"NSC_HOME", "%/n"}},
     {in_xdg, "n/nats", "out", "named"},
     {{"n/nsc.json", R"({"store_root":"%/named"})"}},
     "d",
     "--data-dir",
     "n",
     ".local/share/nats/nsc/keys",
     "out",
     {.config = {}, .stores = "~/d", .keystore = {}, .all = {}}},
    {"--all-dirs beats the variables",
     {{"NSC_HOME", "%/n"}, {"NKEYS_PATH", "%/k"}},
     {in_xdg, "n/nats"},
     {},
     "a",
     "--all-dirs",
     "a",
     "a",
     "out",
     {.config = {}, .stores = {}, .keystore = {}, .all = "~/a"}},
};

std::string filled_in(std::string text, const std::string& home) {
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + home.size()))
        text.replace(at, 1, home);
    return text;
}

}  // namespace

TEST_CASE("Taken store: the one that nsc takes, and what says so") {
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const support::TempDir folder;
        const std::string home = folder.path().string();
        std::filesystem::create_directories(folder / "out");
        for (const std::string& other : row.others)
            folder.write(other + "/OTHER/.nsc", R"({"name":"OTHER","kind":"operator"})");
        if (row.what != "nothing at all")
            folder.write(row.stores + "/WANTED/.nsc", R"({"name":"WANTED","kind":"operator"})");
        for (const auto& [file, content] : row.files)
            folder.write(file, filled_in(content, home));
        const accounts::Surroundings around{
            .variable = [&](std::string_view name) -> std::optional<std::string> {
                if (name == "HOME") return home;
                const auto found = row.variables.find(std::string(name));
                if (found == row.variables.end()) return std::nullopt;
                return filled_in(found->second, home);
            },
            .current_folder = folder / row.current_folder};
        const accounts::Folders folders = accounts::find_folders(row.options, around);
        const auto context = accounts::Context::load(folders, around);
        REQUIRE(context);
        CHECK(context->stores() == folder / row.stores);
        CHECK(context->stores_from() == row.from);
        CHECK(folders.config.path == folder / row.config);
        CHECK(folders.keystore.path == folder / row.keystore);
        const bool empty = row.what == "nothing at all";
        CHECK((context->current_operator() ? context->current_operator()->text() : "") ==
              (empty ? "" : "WANTED"));
    }
}

TEST_CASE("Taken store: operator and account say where they come from") {
    const support::TempDir folder;
    for (const std::string name : {"A", "B"})
        folder.write("stores/" + name + "/.nsc", R"({"kind":"operator"})");
    for (const std::string account : {"one", "two"})
        folder.write("stores/A/accounts/" + account + "/" + account + ".jwt", "");
    const auto load = [&](const std::filesystem::path& current_folder) {
        const accounts::Folders folders{{folder / "config", "default"}, {folder / "stores", "default"}, {}};
        return accounts::Context::load(
                   folders, {.variable = [](std::string_view) { return std::optional<std::string>(); },
                             .current_folder = current_folder})
            .value();
    };
    CHECK(load("/").operator_from() == "");
    CHECK(load("/").account_from() == "");
    folder.write("config/nsc.json", R"({"operator":"A","account":"two"})");
    CHECK(load("/").operator_from() == "nsc.json");
    CHECK(load("/").account_from() == "nsc.json");
    CHECK(load(folder / "stores/A/accounts/one").operator_from() == "current folder");
    CHECK(load(folder / "stores/A/accounts/one").account_from() == "current folder");
    std::filesystem::remove_all(folder / "stores/A/accounts/two");
    CHECK(load("/").account_from() == "the only one");
    accounts::Context context = load("/");
    context.choose_operator(accounts::Name::parse("B").value());
    CHECK(context.operator_from() == "--operator");
    CHECK(context.account_from() == "");
}
