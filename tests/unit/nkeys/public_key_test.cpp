#include <array>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "key_text.h"

using namespace natscreds;
using namespace natscreds::nkeys_test;
using nkeys::Errc;
using nkeys::Kind;
using nkeys::PublicKey;
using nkeys::SigningKey;

namespace {

base::Error refusal(std::string_view text) {
    const auto key = PublicKey::parse(text);
    REQUIRE_FALSE(key);
    return key.error();
}

SigningKey key_of(Kind kind, std::uint64_t start = 1) {
    support::FixedRandom random(start);
    return SigningKey::generate(kind, random).value();
}

struct Letter {
    Kind kind;
    char letter;
    std::string_view name;
};

constexpr std::array<Letter, 6> letters{{{Kind::operator_, 'O', "operator"},
                                         {Kind::account, 'A', "account"},
                                         {Kind::user, 'U', "user"},
                                         {Kind::server, 'N', "server"},
                                         {Kind::cluster, 'C', "cluster"},
                                         {Kind::curve, 'X', "curve"}}};

}  // namespace

TEST_CASE("PublicKey: each kind has its letter and its name, and its text is read again") {
    nkeys::PublicBytes bytes{};
    bytes.fill(0xa5);
    for (const auto& [kind, letter, name] : letters) {
        CAPTURE(name);
        const PublicKey key = PublicKey::create(kind, bytes);
        CHECK(key.text().size() == 56);
        CHECK(key.text().front() == letter);
        CHECK(nkeys::name(kind) == name);
        CHECK(PublicKey::parse(key.text()).value() == key);
        CHECK(PublicKey::parse(key.text(), kind).value().kind() == kind);
        CHECK(key.bytes() == bytes);
    }
}

TEST_CASE("PublicKey: keys are equal when kind and bytes are") {
    nkeys::PublicBytes bytes{};
    CHECK(PublicKey::create(Kind::user, bytes) == PublicKey::create(Kind::user, bytes));
    CHECK(PublicKey::create(Kind::user, bytes) != PublicKey::create(Kind::account, bytes));
    nkeys::PublicBytes others{};
    others[31] = 1;
    CHECK(PublicKey::create(Kind::user, bytes) != PublicKey::create(Kind::user, others));
}

TEST_CASE("PublicKey: a text of another length than 56 is bad_length") {
    const std::string good = public_text(user_prefix);
    CHECK(PublicKey::parse(good));
    CHECK(refusal("").code == Errc::bad_length);
    CHECK(refusal(good.substr(0, 55)).code == Errc::bad_length);
    CHECK(refusal(good + "A").code == Errc::bad_length);
    CHECK(refusal(good + "\n").code == Errc::bad_length);
    CHECK(refusal(std::string(58, 'A')).code == Errc::bad_length);
}

TEST_CASE("PublicKey: a short key with a right checksum is bad_length") {
    CHECK(refusal(key_text({user_prefix, 1, 2, 3})).code == Errc::bad_length);
}

TEST_CASE("PublicKey: a character that is not upper-case base32 is bad_alphabet") {
    for (const char wrong : {'a', 'u', '0', '1', '8', '9', '=', ' ', '\n', '\0', '\xc3'}) {
        std::string text = public_text(user_prefix);
        text[30] = wrong;
        CAPTURE(text);
        CHECK(refusal(text).code == Errc::bad_alphabet);
    }
}

TEST_CASE("PublicKey: any single character changed is bad_checksum") {
    const std::string good = public_text(user_prefix);
    for (std::size_t at = 0; at < good.size(); ++at) {
        for (const char other : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")) {
            if (other == good[at]) continue;
            std::string text = good;
            text[at] = other;
            const auto key = PublicKey::parse(text);
            REQUIRE_FALSE(key);
            REQUIRE(key.error().code == Errc::bad_checksum);
        }
    }
}

TEST_CASE("PublicKey: the checksum that nats-io/jwt tests as wrong is wrong, its right form is right") {
    const std::string body = "ADZ547B24WHPLWOK7TMLNBSA7FQFXR6UM2NZ4HHNIB7RDFVZQFOZ";
    CHECK(PublicKey::parse(body + "4GQQ"));
    CHECK(refusal(body + "4777").code == Errc::bad_checksum);
}

TEST_CASE("PublicKey: two keys' texts swapped in their last four characters are bad_checksum") {
    const std::string first = public_text(user_prefix, 1);
    const std::string second = public_text(user_prefix, 2);
    CHECK(refusal(first.substr(0, 52) + second.substr(52)).code == Errc::bad_checksum);
}

TEST_CASE(
    "PublicKey: exactly six of all prefixes are a kind; a seed's and a private key's are named as such") {
    int kinds = 0;
    for (unsigned prefix = 0; prefix < 256; ++prefix) {
        CAPTURE(prefix);
        const auto key = PublicKey::parse(public_text(prefix));
        if (key) {
            ++kinds;
        } else if (prefix == seed_prefix || prefix == private_prefix) {
            CHECK(key.error().code == Errc::not_a_public_key);
        } else {
            CHECK(key.error().code == Errc::bad_kind);
        }
    }
    CHECK(kinds == 6);
}

TEST_CASE("PublicKey: a whole seed in its place is not_a_public_key") {
    CHECK(refusal(seed_for(user_prefix)).code == Errc::not_a_public_key);
}

TEST_CASE("PublicKey: no refusal repeats a seed or a private key, not even one with a character missing") {
    const std::string seed = seed_for(user_prefix, 0xb6);
    const std::string cut = seed.substr(0, 56);
    std::string misspelt = public_text(private_prefix, 0xb6);
    misspelt[40] = misspelt[40] == 'A' ? 'B' : 'A';
    std::string lower = cut;
    lower[0] = 's';
    for (const std::string& text : {seed, cut, seed.substr(0, 57), seed + "A",
                                    public_text(private_prefix, 0xb6), misspelt, lower, " " + cut}) {
        CAPTURE(text);
        CHECK(refusal(text).message().find(text.substr(10, 20)) == std::string::npos);
    }
}

TEST_CASE("PublicKey: the refusal of a mistyped key says how it begins, so that it can be found") {
    std::string text = public_text(user_prefix);
    text[30] = text[30] == 'A' ? 'B' : 'A';
    CHECK(refusal(text).detail.find(text.substr(0, 6)) != std::string::npos);
}

TEST_CASE("PublicKey: a good key of another kind than asked for is wrong_kind, and a bad key is not") {
    const std::string text = public_text(user_prefix);
    const auto key = PublicKey::parse(text, Kind::account);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::wrong_kind);
    CHECK(key.error().detail.find("user key instead of account key") != std::string::npos);
    CHECK(PublicKey::parse(text.substr(1), Kind::account).error().code == Errc::bad_length);
}

TEST_CASE("PublicKey: a signature holds for its key and its message alone") {
    const SigningKey key = key_of(Kind::user);
    const auto message = base::as_bytes("message");
    const nkeys::Signature signature = key.sign(message);
    CHECK(key.public_key().verify(message, signature));
    CHECK(key.public_key().verify(base::as_bytes("massage"), signature).error().code == Errc::bad_signature);
    CHECK(key.public_key().verify({}, signature).error().code == Errc::bad_signature);
    CHECK(key_of(Kind::user, 2).public_key().verify(message, signature).error().code == Errc::bad_signature);
}

TEST_CASE("PublicKey: a signature with any bit changed is bad_signature") {
    const SigningKey key = key_of(Kind::user);
    const auto message = base::as_bytes("message");
    const nkeys::Signature good = key.sign(message);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        nkeys::Signature changed = good;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
        CAPTURE(bit);
        REQUIRE_FALSE(key.public_key().verify(message, changed));
    }
}

TEST_CASE("PublicKey: a signature that adds the group's order to its second half is bad_signature") {
    // The same point by another spelling: RFC 8032 section 5.1.7 has it refused.
    constexpr std::array<std::uint8_t, 32> order{
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
        0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
    const SigningKey key = key_of(Kind::user);
    nkeys::Signature signature = key.sign(base::as_bytes("message"));
    unsigned carry = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
        carry += signature[32 + i] + order[i];
        signature[32 + i] = static_cast<std::uint8_t>(carry & 0xffU);
        carry >>= 8U;
    }
    REQUIRE(carry == 0);
    CHECK_FALSE(key.public_key().verify(base::as_bytes("message"), signature));
}

TEST_CASE("PublicKey: a key of all zeros verifies nothing") {
    const PublicKey zeros = PublicKey::create(Kind::user, {});
    CHECK(zeros.verify(base::as_bytes("message"), {}).error().code == Errc::bad_signature);
}

TEST_CASE("PublicKey: a curve key cannot have signed") {
    const PublicKey curve = PublicKey::create(Kind::curve, key_of(Kind::user).public_key().bytes());
    const nkeys::Signature signature = key_of(Kind::user).sign(base::as_bytes("message"));
    CHECK(curve.verify(base::as_bytes("message"), signature).error().code == Errc::cannot_sign);
}
