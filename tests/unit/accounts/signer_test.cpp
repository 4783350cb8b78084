#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/signer.h>
#include <natscreds/nkeys/errc.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts::test;
using accounts::Errc;
using accounts::find_key;
using accounts::Signers;

namespace {

constexpr const char* operator_key = "ODSJJIDNULZO37KV2VMPMZWJ3ELJZBZ2UCACH5BOHOAQCG6LSODAWTYI";
constexpr const char* operator_signing_key = "OAPH4E4LMPKRIOQOIVN5HII7VUDABEBEFRW25V5RORVTFKC5LRHR5YS4";

std::string chosen(const OpenCopy& copy, const Signers& signers, const std::string& named) {
    return signers.choose(copy.keystore, named)->public_key().text();
}

Signers kubecon_signers(const OpenCopy& copy) {
    return Signers::of(copy.ko.read_operator().value(), copy.account("KUBECON"));
}

}  // namespace

TEST_CASE("find_key: a public key in the keystore, a file and a seed name the same key") {
    const OpenCopy copy;
    const std::filesystem::path path = copy.keystore.key_path(public_key(plain_key));
    REQUIRE(find_key(plain_key, copy.keystore)->public_key().text() == plain_key);
    REQUIRE(find_key(path.string(), copy.keystore)->public_key().text() == plain_key);
    REQUIRE(find_key(support::read_text(path), copy.keystore)->public_key().text() == plain_key);
}

TEST_CASE("find_key: a seed with a typing error is not repeated in the error") {
    const OpenCopy copy;
    std::string seed = support::read_text(copy.keystore.key_path(public_key(plain_key)));
    seed[30] = seed[30] == 'A' ? 'B' : 'A';
    const auto key = find_key(seed, copy.keystore);
    REQUIRE(key.error().code == nkeys::Errc::bad_checksum);
    REQUIRE(key.error().message().find(seed.substr(0, 10)) == std::string::npos);
}

TEST_CASE("find_key: what names nothing is refused, and so is a key that is stored elsewhere") {
    const OpenCopy copy;
    REQUIRE(find_key("nowhere.nk", copy.keystore).error().code == Errc::not_a_key);
    std::filesystem::remove(copy.keystore.key_path(public_key(plain_key)));
    REQUIRE(find_key(plain_key, copy.keystore).error().code == Errc::key_not_stored);
}

TEST_CASE(
    "Signers: with nothing named the identity key signs, or else the first signing key that is stored") {
    const OpenCopy copy;
    const Signers signers = Signers::of(copy.ko.read_operator().value());
    REQUIRE(chosen(copy, signers, "") == operator_key);
    std::filesystem::remove(copy.keystore.key_path(public_key(operator_key)));
    REQUIRE(chosen(copy, signers, "") == operator_signing_key);
    std::filesystem::remove(copy.keystore.key_path(public_key(operator_signing_key)));
    REQUIRE(signers.choose(copy.keystore, "").error().code == Errc::no_signer);
}

TEST_CASE("Signers: where signing keys are required, identity keys do not sign") {
    const OpenCopy copy;
    auto owner = copy.ko.read_operator().value();
    owner.content.claims.strict_signing_key_usage = true;
    REQUIRE(chosen(copy, Signers::of(owner), "") == operator_signing_key);
    const Signers users = Signers::of(owner, copy.account("KUBECON"));
    REQUIRE(users.choose(copy.keystore, copy.account("KUBECON").content.subject).error().code ==
            Errc::not_a_signer);
}

TEST_CASE("Signers: a role names the signing key that has it") {
    const OpenCopy copy;
    REQUIRE(chosen(copy, kubecon_signers(copy), "chat") == scoped_key);
}

TEST_CASE("Signers: a key of another account is refused by name") {
    const OpenCopy copy;
    const std::string other = copy.account("A").content.subject;
    const auto key = kubecon_signers(copy).choose(copy.keystore, other);
    REQUIRE(key.error().code == Errc::not_a_signer);
    REQUIRE(key.error().detail == other + " for account \"KUBECON\"");
}
