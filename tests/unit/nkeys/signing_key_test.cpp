#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "key_text.h"

using namespace natscreds;
using namespace natscreds::nkeys_test;
using nkeys::Errc;
using nkeys::Kind;
using nkeys::SigningKey;

static_assert(!std::is_copy_constructible_v<SigningKey>);

namespace {

base::Error refusal(std::string_view text) {
    const auto key = SigningKey::parse_seed(text);
    REQUIRE_FALSE(key);
    return key.error();
}

std::string seed_of(const SigningKey& key) {
    const base::Secret text = key.seed_text();
    return std::string(base::as_text(text.expose()));
}

/// Randomness that is the bytes of a hexadecimal text.
class GivenBytes final : public base::Random {
  public:
    explicit GivenBytes(std::string_view hex) : hex_(hex) {}

    void fill(std::span<std::uint8_t> bytes) override {
        REQUIRE(hex_.size() == 2 * bytes.size());
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(std::stoi(hex_.substr(2 * i, 2), nullptr, 16));
        }
    }

  private:
    std::string hex_;
};

std::string hex(base::ByteView bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes)
        text.append({digits[byte >> 4U], digits[byte & 15U]});
    return text;
}

constexpr Kind signing_kinds[] = {Kind::operator_, Kind::account, Kind::user, Kind::server, Kind::cluster};

}  // namespace

TEST_CASE("SigningKey: RFC 8032's first two test keys give its public keys and signatures") {
    GivenBytes first("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    const SigningKey one = SigningKey::generate(Kind::user, first).value();
    CHECK(hex(one.public_key().bytes()) ==
          "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    CHECK(hex(one.sign({})) ==
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd2"
          "5bf5f0"
          "595bbe24655141438e7a100b");
    GivenBytes second("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    const SigningKey two = SigningKey::generate(Kind::user, second).value();
    CHECK(hex(two.public_key().bytes()) ==
          "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    CHECK(hex(two.sign(base::as_bytes("\x72"))) ==
          "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c38"
          "7b2eae"
          "b4302aeeb00d291612bb0c00");
}

TEST_CASE("SigningKey: each signing kind is generated, signs, and is read again from its seed's text") {
    for (const Kind kind : signing_kinds) {
        CAPTURE(nkeys::name(kind));
        support::FixedRandom random;
        const SigningKey key = SigningKey::generate(kind, random).value();
        CHECK(key.public_key().kind() == kind);
        const std::string text = seed_of(key);
        CHECK(text.size() == 58);
        CHECK(text.substr(0, 2) == "S" + key.public_key().text().substr(0, 1));
        const SigningKey again = SigningKey::parse_seed(text, kind).value();
        CHECK(again.public_key() == key.public_key());
        CHECK(key.public_key().verify(base::as_bytes("x"), again.sign(base::as_bytes("x"))));
    }
}

TEST_CASE("SigningKey: other randomness gives another key") {
    support::FixedRandom random;
    const SigningKey first = SigningKey::generate(Kind::user, random).value();
    const SigningKey second = SigningKey::generate(Kind::user, random).value();
    CHECK(first.public_key() != second.public_key());
}

TEST_CASE("SigningKey: it goes on signing after it was moved") {
    support::FixedRandom random;
    SigningKey first = SigningKey::generate(Kind::user, random).value();
    const nkeys::Signature before = first.sign(base::as_bytes("x"));
    const SigningKey second = std::move(first);
    CHECK(second.sign(base::as_bytes("x")) == before);
}

TEST_CASE("SigningKey: a curve key is not generated: cannot_sign") {
    support::FixedRandom random;
    CHECK(SigningKey::generate(Kind::curve, random).error().code == Errc::cannot_sign);
}

TEST_CASE("SigningKey: a curve key's seed is cannot_sign") {
    CHECK(refusal(seed_for(curve_prefix)).code == Errc::cannot_sign);
}

TEST_CASE("SigningKey: a text of another length than 58 is bad_length") {
    const std::string good = seed_for(user_prefix);
    CHECK(SigningKey::parse_seed(good));
    CHECK(refusal("").code == Errc::bad_length);
    CHECK(refusal(good.substr(0, 57)).code == Errc::bad_length);
    CHECK(refusal(good.substr(0, 56)).code == Errc::bad_length);
    CHECK(refusal(good + "A").code == Errc::bad_length);
}

TEST_CASE("SigningKey: a short seed with a right checksum is bad_length") {
    CHECK(refusal(key_text({seed_prefix | (user_prefix >> 5U), 0, 1, 2})).code == Errc::bad_length);
}

TEST_CASE("SigningKey: a character that is not upper-case base32 is bad_alphabet") {
    for (const char wrong : {'a', 's', '0', '1', '8', '9', '=', ' ', '\n', '\0', '\xc3'}) {
        std::string text = seed_for(user_prefix);
        text[30] = wrong;
        CHECK(refusal(text).code == Errc::bad_alphabet);
    }
}

TEST_CASE("SigningKey: of the four spellings that a lenient reader takes for one seed, one is a seed") {
    const std::string good = seed_for(user_prefix);
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const std::size_t value = alphabet.find(good.back());
    REQUIRE(value % 4 == 0);
    for (std::size_t spare = 1; spare < 4; ++spare) {
        std::string other = good;
        other.back() = alphabet[value + spare];
        CHECK(refusal(other).code == Errc::bad_alphabet);
    }
}

TEST_CASE(
    "SigningKey: any single character changed is bad_checksum or, in the last one's spare bits, "
    "bad_alphabet") {
    const std::string good = seed_for(user_prefix);
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string text = good;
        text[at] = good[at] == 'A' ? 'E' : 'A';
        CAPTURE(at);
        CHECK(refusal(text).code == Errc::bad_checksum);
    }
}

TEST_CASE("SigningKey: a public key in a seed's place is not_a_seed") {
    CHECK(refusal(public_text(user_prefix)).code == Errc::not_a_seed);
    CHECK(refusal(seed_text(user_prefix, 0)).code == Errc::not_a_seed);
}

TEST_CASE("SigningKey: of all kinds that a seed's prefix can say, five are read and the rest is bad_kind") {
    int signing = 0;
    for (unsigned prefix = 0; prefix < 256; ++prefix) {
        CAPTURE(prefix);
        const auto key = SigningKey::parse_seed(seed_for(prefix));
        if (key) {
            ++signing;
        } else {
            CHECK(key.error().code == (prefix == curve_prefix ? Errc::cannot_sign : Errc::bad_kind));
        }
    }
    CHECK(signing == 5);
}

TEST_CASE("SigningKey: bits set between the kind and the seed are bad_kind") {
    const unsigned first = seed_prefix | (user_prefix >> 5U);
    for (unsigned bits = 1; bits < 8; ++bits) {
        CAPTURE(bits);
        CHECK(refusal(seed_text(first, ((user_prefix & 31U) << 3U) | bits)).code == Errc::bad_kind);
    }
}

TEST_CASE("SigningKey: a good seed of another kind than asked for is wrong_kind, and a bad one is not") {
    const std::string text = seed_for(user_prefix);
    CHECK(SigningKey::parse_seed(text, Kind::user));
    const auto key = SigningKey::parse_seed(text, Kind::account);
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::wrong_kind);
    CHECK(SigningKey::parse_seed(text.substr(1), Kind::account).error().code == Errc::bad_length);
}

TEST_CASE("SigningKey: no refusal repeats what was to be a seed") {
    const std::string good = seed_for(user_prefix, 0xb6);
    std::string misspelt = good;
    misspelt[50] = misspelt[50] == 'A' ? 'B' : 'A';
    std::string lower = good;
    lower[0] = 's';
    for (const std::string& text : {misspelt, lower, good.substr(1), good + "A", seed_for(curve_prefix, 0xb6),
                                    seed_for(0xff, 0xb6), public_text(private_prefix, 0xb6)}) {
        CHECK(refusal(text).message().find(text.substr(10, 20)) == std::string::npos);
    }
    CHECK(SigningKey::parse_seed(good, Kind::account).error().message().find(good.substr(10, 20)) ==
          std::string::npos);
}

TEST_CASE("SigningKey: the raw seed, the private key's text and the seed's text are the same key") {
    for (const Kind kind : signing_kinds) {
        support::FixedRandom random(7);
        const SigningKey key = SigningKey::generate(kind, random).value();
        const base::Secret text = key.private_text();
        CHECK(text.size() == 108);
        const auto of_bytes = SigningKey::create(kind, key.raw_seed());
        const auto of_text = SigningKey::parse_private(base::as_text(text.expose()), kind);
        REQUIRE(of_bytes);
        REQUIRE(of_text);
        CHECK(seed_of(*of_bytes) == seed_of(key));
        CHECK(seed_of(*of_text) == seed_of(key));
    }
}

TEST_CASE("SigningKey: a raw seed of 31 or 33 bytes, and one for a curve key, are refused") {
    const auto refusal_of = [](std::size_t size, Kind kind) {
        const base::Bytes bytes(size, 7);
        const auto key = SigningKey::create(kind, base::Secret::copy_of(bytes));
        return key ? std::error_code() : key.error().code;
    };
    CHECK(refusal_of(31, Kind::user) == Errc::bad_length);
    CHECK(refusal_of(32, Kind::user) == std::error_code());
    CHECK(refusal_of(33, Kind::user) == Errc::bad_length);
    CHECK(refusal_of(32, Kind::curve) == Errc::cannot_sign);
}

TEST_CASE("SigningKey: what is no private key is refused, each for its own reason") {
    support::FixedRandom random(7);
    const SigningKey key = SigningKey::generate(Kind::user, random).value();
    const base::Secret secret = key.private_text();
    const std::string good(base::as_text(secret.expose()));
    const auto refusal_of = [](std::string_view text, Kind kind = Kind::user) {
        const auto parsed = SigningKey::parse_private(text, kind);
        return parsed ? std::error_code() : parsed.error().code;
    };
    std::string changed = good;
    changed[50] = changed[50] == 'A' ? 'B' : 'A';
    base::Bytes unmatched(65, 7);
    unmatched[0] = private_prefix;
    base::Bytes not_private = unmatched;
    not_private[0] = user_prefix;

    CHECK(refusal_of(good) == std::error_code());
    CHECK(refusal_of(good, Kind::curve) == Errc::cannot_sign);
    CHECK(refusal_of(good.substr(1)) == Errc::bad_length);
    CHECK(refusal_of("0" + good.substr(1)) == Errc::bad_alphabet);
    CHECK(refusal_of(changed) == Errc::bad_checksum);
    CHECK(refusal_of(key_text(not_private)) == Errc::not_a_private_key);
    CHECK(refusal_of(key_text(unmatched)) == Errc::not_a_private_key);
}
