#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/keystore.h>
#include <support/key_of.h>
#include <support/temp_dir.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts::test;
using accounts::Errc;
using accounts::KeyStore;
using std::filesystem::perms;

using support::key_of;

TEST_CASE("KeyStore: a key lies where nsc looks for it, as a bare seed that only its owner may read") {
    const support::TempDir folder;
    const KeyStore keys(folder / "nkeys");
    const nkeys::SigningKey key = key_of(nkeys::Kind::account);
    const std::string text = key.public_key().text();

    const std::filesystem::path path = keys.store(key).value();

    REQUIRE(path == folder / "nkeys/keys/A" / text.substr(1, 2) / (text + ".nk"));
    const std::string content = support::read_text(path);
    REQUIRE(content.size() == 58);
    REQUIRE(content.starts_with("SA"));
    REQUIRE(mode_of(path) == (perms::owner_read | perms::owner_write));
    REQUIRE(mode_of(path.parent_path()) == perms::owner_all);
    REQUIRE(keys.holds(key.public_key()));
    REQUIRE(keys.load(key.public_key())->public_key() == key.public_key());
}

TEST_CASE("KeyStore: a key that is there already can be stored again") {
    const support::TempDir folder;
    const KeyStore keys(folder.path());
    const nkeys::SigningKey key = key_of(nkeys::Kind::user);
    REQUIRE(keys.store(key));
    REQUIRE(keys.store(key));
}

TEST_CASE("KeyStore: a file with another key than its name says is neither read nor replaced") {
    const support::TempDir folder;
    const KeyStore keys(folder.path());
    const nkeys::SigningKey key = key_of(nkeys::Kind::user, 1);
    const std::filesystem::path path = keys.store(key).value();
    const std::filesystem::path other = keys.store(key_of(nkeys::Kind::user, 2)).value();
    std::filesystem::copy_file(other, path, std::filesystem::copy_options::overwrite_existing);

    REQUIRE(keys.load(key.public_key()).error().code == Errc::key_differs);
    REQUIRE(keys.store(key).error().code == Errc::key_differs);
    REQUIRE(support::read_text(path) == support::read_text(other));
}

TEST_CASE("KeyStore: a key that is not there is named") {
    const support::TempDir folder;
    const nkeys::PublicKey key = key_of(nkeys::Kind::user).public_key();
    const auto loaded = KeyStore(folder.path()).load(key);
    REQUIRE(loaded.error().code == Errc::key_not_stored);
    REQUIRE(loaded.error().detail == key.text());
}

TEST_CASE("KeyStore: git is told to leave keys out, unless that is not wanted") {
    const support::TempDir folder;
    const nkeys::SigningKey key = key_of(nkeys::Kind::user);
    REQUIRE(KeyStore(folder / "with").store(key));
    REQUIRE(KeyStore(folder / "without", accounts::GitIgnore::leave_out).store(key));
    const std::string ignored = support::read_text(folder / "with/.gitignore");
    REQUIRE(ignored.find("**/*.nk\n") != std::string::npos);
    REQUIRE(ignored.find("**/*.creds\n") != std::string::npos);
    REQUIRE_FALSE(std::filesystem::exists(folder / "without/.gitignore"));
}

TEST_CASE("KeyStore: every key that nsc stored is found") {
    const StoreCopy copy;
    std::size_t found = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(copy.folder / "keys/keys")) {
        if (!entry.is_regular_file()) continue;
        const nkeys::PublicKey key = public_key(entry.path().stem().string());
        REQUIRE(copy.keys().key_path(key) == entry.path());
        REQUIRE(copy.keys().load(key));
        ++found;
    }
    REQUIRE(found == 17);
}
