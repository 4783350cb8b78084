#include <memory>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/key_file.h>
#include <natscreds/nkeys/seal_errc.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

/// The keystore with a passphrase, of which the key is quickly made.
KeyStore opened_with(StoreCopy& copy, const std::string& passphrase) {
    auto unlocker = std::make_shared<nkeys::Unlocker>([passphrase]() -> base::Result<base::Secret> {
        return base::Secret::copy_of(base::as_bytes(passphrase));
    });
    return KeyStore(copy.folder / "keys", GitIgnore::leave_out,
                    {.unlocker = unlocker, .random = &copy.random, .cost = {.passes = 1, .mebibytes = 8}});
}

void check_all_load(const KeyStore& keys) {
    const auto found = keys.keys();
    REQUIRE(found->size() > 5);
    for (const nkeys::PublicKey& key : *found) {
        CAPTURE(key.text());
        if (key.kind() != nkeys::Kind::curve) CHECK(keys.load(key)->public_key() == key);
    }
}

}  // namespace

TEST_CASE(
    "KeyStore: sealed seeds load with the passphrase, and are plain again after decrypting, byte for byte") {
    StoreCopy copy;
    const KeyStore keys = opened_with(copy, "secret");
    const auto file = keys.key_path(public_key(plain_key));
    const std::string before = support::read_text(file);
    const std::size_t count = keys.keys()->size();
    REQUIRE(*keys.seal_all() == count);
    CHECK(*keys.seal_all() == 0);
    CHECK(support::read_text(file).find(before.substr(0, 58)) == std::string::npos);
    CHECK(mode_of(file) == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    check_all_load(keys);
    check_all_load(opened_with(copy, "secret"));
    CHECK(copy.keys().load(public_key(plain_key)).error().code == nkeys::SealErrc::locked);
    const auto sealing = keys.sealing();
    CHECK(sealing->sealed);
    CHECK(sealing->sealed_seeds == count);
    CHECK(sealing->plain_seeds == 0);

    REQUIRE(*keys.open_all() == count);
    CHECK(support::read_text(file).substr(0, 58) == before.substr(0, 58));
    CHECK_FALSE(keys.sealing()->sealed);
    check_all_load(copy.keys());
}

TEST_CASE("KeyStore: a wrong passphrase changes nothing, whatever it is for") {
    StoreCopy copy;
    REQUIRE(opened_with(copy, "secret").seal_all());
    const auto file = copy.keys().key_path(public_key(plain_key));
    const std::string before = support::read_text(file);
    const KeyStore wrong = opened_with(copy, "Secret");
    const auto code = make_error_code(nkeys::SealErrc::wrong_passphrase);
    CHECK(wrong.load(public_key(plain_key)).error().code == code);
    CHECK(wrong.seal_all().error().code == code);
    CHECK(wrong.open_all().error().code == code);
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, copy.random);
    CHECK(wrong.store(*key).error().code == code);
    CHECK_FALSE(wrong.holds(key->public_key()));
    CHECK(support::read_text(file) == before);
}

TEST_CASE("KeyStore: what is stored in a sealed keystore is sealed, and what is copied there plain is read") {
    StoreCopy copy;
    const KeyStore keys = opened_with(copy, "secret");
    REQUIRE(keys.seal_all());
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, copy.random);
    REQUIRE(keys.store(*key));
    REQUIRE(keys.store(*key));
    CHECK(support::read_text(keys.key_path(key->public_key())).starts_with("natscreds sealed seed"));
    const auto curve = nkeys::CurveKey::generate(copy.random);
    REQUIRE(keys.store(curve));
    CHECK(copy.keys().store(*nkeys::SigningKey::generate(nkeys::Kind::user, copy.random)).error().code ==
          nkeys::SealErrc::locked);
    CHECK(keys.load(key->public_key())->public_key() == key->public_key());

    const auto by_nsc = nkeys::SigningKey::generate(nkeys::Kind::user, copy.random);
    const auto path = keys.key_path(by_nsc->public_key());
    std::filesystem::create_directories(path.parent_path());
    (void)copy.folder.write(std::filesystem::relative(path, copy.folder.path()).string(),
                            std::string(base::as_text(by_nsc->seed_text().expose())));
    CHECK(keys.load(by_nsc->public_key()));
    CHECK(keys.sealing()->plain_seeds == 1);
    CHECK(*keys.seal_all() == 1);
}

TEST_CASE("KeyStore: a sealed seed under another key's name is not that key") {
    StoreCopy copy;
    const KeyStore keys = opened_with(copy, "secret");
    REQUIRE(keys.seal_all());
    std::filesystem::copy_file(keys.key_path(public_key(plain_key)), keys.key_path(public_key(scoped_key)),
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(keys.load(public_key(scoped_key)).error().code == Errc::key_differs);
}
