#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        count += entry.path().extension() == ".nk" ? 1 : 0;
    return count;
}

/// An operator with a signing key, an account and a user, whose keys are all stored.
class KeysCommandLine : public CommandLine {
  public:
    KeysCommandLine() {
        REQUIRE((*this)({"add", "operator", "KO", "--generate-signing-key"}).exit_code == 0);
        REQUIRE((*this)({"add", "account", "A"}).exit_code == 0);
        REQUIRE((*this)({"add", "user", "u"}).exit_code == 0);
    }
    [[nodiscard]] std::string out() const { return (folder / "out").string(); }
    [[nodiscard]] fs::path keystore() const { return folder / "nsc/nkeys/keys"; }
};

}  // namespace

TEST_CASE("export keys: what is named is copied, private, and import keys brings it back") {
    KeysCommandLine nsctl;
    REQUIRE(nsctl({"export", "keys", "-d", nsctl.out()}).exit_code == 0);
    CHECK(files_in(nsctl.out()) == 4);
    for (const auto& entry : fs::directory_iterator(nsctl.out()))
        CHECK((entry.status().permissions() & fs::perms(0077)) == fs::perms());

    fs::remove_all(nsctl.keystore());
    CHECK(nsctl({"add", "user", "v"}).exit_code == 1);
    const Outcome imported = nsctl({"import", "keys", "-d", nsctl.out()});
    CHECK(imported.exit_code == 0);
    CHECK(files_in(nsctl.keystore()) == 4);
    CHECK(nsctl({"add", "user", "v"}).exit_code == 0);
}

TEST_CASE("export keys: an operator's keys are moved away, and nothing is written over unasked") {
    KeysCommandLine nsctl;
    REQUIRE(nsctl({"export", "keys", "--operator", "--remove", "-d", nsctl.out()}).exit_code == 0);
    CHECK(files_in(nsctl.out()) == 2);
    CHECK(files_in(nsctl.keystore()) == 2);
    CHECK(nsctl({"add", "account", "B"}).exit_code == 1);

    REQUIRE(nsctl({"import", "keys", "-d", nsctl.out()}).exit_code == 0);
    CHECK(contains(nsctl({"export", "keys", "-d", nsctl.out()}).err, "--force writes over it"));
    CHECK(files_in(nsctl.out()) == 2);
    CHECK(nsctl({"export", "keys", "-d", nsctl.out(), "--force"}).exit_code == 0);
    CHECK(files_in(nsctl.out()) == 4);
}

TEST_CASE("export keys: by account, by user, by their beginning, and those that no tree knows") {
    KeysCommandLine nsctl;
    const auto exported = [&](const std::vector<std::string>& options) {
        fs::remove_all(nsctl.out());
        std::vector<std::string> words{"export", "keys", "-d", nsctl.out()};
        words.insert(words.end(), options.begin(), options.end());
        return nsctl(words).exit_code == 0 ? files_in(nsctl.out()) : 0;
    };
    CHECK(exported({"--users"}) == 1);
    CHECK(exported({"--accounts"}) == 1);
    CHECK(exported({"--user", "u"}) == 1);
    const std::string user = nsctl({"describe", "user", "u", "--field", "sub"}).out.substr(1, 56);
    CHECK(exported({"--filter", user.substr(20, 10)}) == 1);
    CHECK(exported({"--filter", "no such letters"}) == 0);
    CHECK(exported({"--not-referenced"}) == 0);
    REQUIRE(nsctl({"generate", "nkey", "--user", "--store"}).exit_code == 0);
    CHECK(exported({"--not-referenced"}) == 1);
    CHECK(exported({"--account", "B"}) == 0);
}

TEST_CASE("import keys: what is no key is named, and the others are imported all the same") {
    KeysCommandLine nsctl;
    REQUIRE(nsctl({"export", "keys", "--users", "-d", nsctl.out()}).exit_code == 0);
    nsctl.folder.write("out/broken.nk", "nothing\n");
    const Outcome some = nsctl({"import", "keys", "-d", nsctl.out()});
    CHECK(some.exit_code == 1);
    CHECK(contains(some.err, "broken.nk"));
    CHECK(contains(some.err, "[ OK ] imported U"));
    CHECK(nsctl({"import", "keys", "-d", (nsctl.folder / "none").string()}).exit_code == 1);
}

TEST_CASE("export keys --include-jwts: beside each identity key stands the JWT that is about it") {
    KeysCommandLine nsctl;
    REQUIRE(nsctl({"export", "keys", "--include-jwts", "-d", nsctl.out()}).exit_code == 0);
    std::size_t tokens = 0;
    for (const auto& entry : fs::directory_iterator(nsctl.out()))
        tokens += entry.path().extension() == ".jwt" ? 1 : 0;
    CHECK(tokens == 3);
    CHECK(nsctl({"export", "keys", "--include-jwts", "-d", nsctl.out()}).exit_code == 1);
}

TEST_CASE("list keys: seeds where asked for and only so, curve keys, and keys that the tree does not name") {
    KeysCommandLine nsctl;
    REQUIRE(nsctl({"edit", "authcallout", "--auth-user", "u", "--allowed-account", "*", "-x", "generate"})
                .exit_code == 0);
    const std::string all = nsctl({"list", "keys", "--all"}).out;
    CHECK(all == nsctl({"list", "keys"}).out);
    CHECK_FALSE(contains(all, " SU"));
    CHECK(contains(all, "[ T ] auth callout encryption target"));

    const std::string seeds = nsctl({"list", "keys", "--show-seeds"}).out;
    for (const char* const beginning : {" SO", " SA", " SU", " SX"})
        CHECK(contains(seeds, beginning));
    CHECK(contains(nsctl({"list", "keys", "-S", "-J"}).out, "\"seed\": \"SU"));
    CHECK(nsctl({"list", "keys", "-S", "--not-referenced"}).exit_code == 1);

    const std::string curve = nsctl({"list", "keys", "--curve"}).out;
    CHECK(contains(curve, " X"));
    CHECK_FALSE(contains(curve, " U"));
    CHECK(nsctl({"export", "keys", "--curves", "-d", nsctl.out()}).exit_code == 0);
    CHECK(files_in(nsctl.out()) == 1);

    const std::string key = nsctl({"generate", "nkey", "--curve", "--store"}).out.substr(0, 56);
    CHECK(key.starts_with('X'));
    const std::string unknown = nsctl({"list", "keys", "--not-referenced"}).out;
    CHECK(contains(unknown, key));
    CHECK(contains(unknown, "[?] unreferenced key"));
    CHECK_FALSE(contains(nsctl({"list", "keys", "--not-referenced", "--operator"}).out, key));
    CHECK(contains(nsctl({"list", "keys", "--not-referenced", "-f", key.substr(10, 8)}).out, key));
    CHECK_FALSE(contains(nsctl({"list", "keys", "--user", "nobody"}).out, " U"));
}

TEST_CASE("list keys --not-referenced: shows what is stored where there is no operator yet") {
    CommandLine nsctl;
    const std::string key = nsctl({"generate", "nkey", "-u", "-S"}).out.substr(0, 56);
    CHECK(contains(nsctl({"list", "keys", "--not-referenced"}).out, key));
    CHECK(nsctl({"list", "keys"}).exit_code == 1);
}
