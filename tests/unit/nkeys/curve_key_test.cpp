#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/bytes.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>
#include <support/test_data.h>

using namespace natscreds;
using nkeys::CurveKey;
using nkeys::Errc;
using nkeys::PublicKey;

namespace {

CurveKey key_of(std::uint64_t start) {
    support::FixedRandom random(start);
    return CurveKey::generate(random);
}

base::Bytes sealed_from(const CurveKey& sender, const CurveKey& recipient, std::string_view message) {
    support::FixedRandom random(9);
    return sender.seal(base::as_bytes(message), recipient.public_key(), random).value();
}

/// The file's line, without its end.
std::string published_seed(const std::string& file) {
    const std::string text = support::read_test_data("curve-keys/" + file);
    return text.substr(0, text.find('\n'));
}

PublicKey user_key() {
    support::FixedRandom random;
    return nkeys::SigningKey::generate(nkeys::Kind::user, random)->public_key();
}

}  // namespace

TEST_CASE("CurveKey: what is sealed for a key is opened by it and by no other") {
    const base::Bytes sealed = sealed_from(key_of(1), key_of(2), "hello");
    const auto opened = key_of(2).open(sealed, key_of(1).public_key());
    REQUIRE(opened);
    CHECK(base::as_text(*opened) == "hello");
    CHECK(key_of(3).open(sealed, key_of(1).public_key()).error().code == Errc::cannot_open);
    CHECK(key_of(2).open(sealed, key_of(3).public_key()).error().code == Errc::cannot_open);
}

TEST_CASE("CurveKey: an empty message is 44 bytes when sealed, and opens") {
    const base::Bytes sealed = sealed_from(key_of(1), key_of(2), "");
    CHECK(sealed.size() == 44);
    CHECK(key_of(2).open(sealed, key_of(1).public_key())->empty());
}

TEST_CASE("CurveKey: a sealed message that was changed or cut anywhere does not open") {
    const base::Bytes sealed = sealed_from(key_of(1), key_of(2), "hello");
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        base::Bytes changed = sealed;
        changed[at] ^= 1U;
        CHECK_FALSE(key_of(2).open(changed, key_of(1).public_key()));
        CHECK_FALSE(key_of(2).open(base::ByteView(sealed).first(at), key_of(1).public_key()));
    }
}

TEST_CASE("CurveKey: another version is not opened") {
    base::Bytes sealed = sealed_from(key_of(1), key_of(2), "hello");
    sealed[3] = '2';
    CHECK(key_of(2).open(sealed, key_of(1).public_key()).error().code == Errc::not_sealed);
}

TEST_CASE("CurveKey: a key that signs cannot be sealed for or opened from") {
    support::FixedRandom random;
    CHECK(key_of(1).seal({}, user_key(), random).error().code == Errc::wrong_kind);
    CHECK(key_of(2).open(sealed_from(key_of(1), key_of(2), "x"), user_key()).error().code ==
          Errc::wrong_kind);
}

// With such a key the shared secret would be known to everybody.
TEST_CASE("CurveKey: an all-zero public key is refused both ways") {
    const PublicKey zero = PublicKey::create(nkeys::Kind::curve, {});
    support::FixedRandom random;
    CHECK(key_of(1).seal({}, zero, random).error().code == Errc::unusable_key);
    CHECK(key_of(2).open(sealed_from(key_of(1), key_of(2), "x"), zero).error().code == Errc::cannot_open);
}

TEST_CASE("CurveKey: its seed's text makes the same key again") {
    const base::Secret seed = key_of(1).seed_text();
    CHECK(base::as_text(seed.expose()).starts_with("SX"));
    CHECK(CurveKey::parse_seed(base::as_text(seed.expose()))->public_key() == key_of(1).public_key());
}

// The keys and the sealed message stand in the Go library's and the Rust library's tests (nkeys.rs, xkeys.rs): the text
// is the same in both.
TEST_CASE("CurveKey: a seed of the Go and Rust libraries is the same key here, and opens what they sealed") {
    const std::string published = published_seed("sender.xk");
    const auto sender = CurveKey::parse_seed(published);
    const auto receiver = CurveKey::parse_seed(published_seed("receiver.xk"));
    REQUIRE(sender);
    REQUIRE(receiver);
    CHECK(sender->public_key().text() == "XBUJMZHVOPQ2SK5VD3TY4VNBPVU2YFGRLK6EFPEPSMVDUYEBSROWZCEA");
    const base::Secret text = sender->seed_text();
    CHECK(base::as_text(text.expose()) == published);
    const base::Bytes sealed{0x78, 0x6b, 0x76, 0x31, 0x46, 0x76, 0x98, 0xf9, 0x87, 0x03, 0x50, 0x2f, 0x42,
                             0x41, 0xb7, 0xa7, 0x34, 0x72, 0x98, 0x00, 0x92, 0x9f, 0x6d, 0x09, 0x4b, 0x06,
                             0xc6, 0xe3, 0x4a, 0x78, 0xde, 0x49, 0x9e, 0xe7, 0xde, 0xbb, 0xac, 0x94, 0x77,
                             0x55, 0x6f, 0x3f, 0xbb, 0xe9, 0x0f, 0xfd, 0x67, 0x8b, 0xc6, 0x29, 0xe5, 0xb7,
                             0xcc, 0x7c, 0x57, 0x40, 0x4d, 0x92, 0x38, 0x46, 0xcf, 0x01, 0x02, 0x26};
    const auto opened = receiver->open(sealed, sender->public_key());
    REQUIRE(opened);
    CHECK(base::as_text(*opened) == "this is super secret");
}

TEST_CASE("CurveKey: the seed of a signing key is not one, nor the other way round") {
    support::FixedRandom random;
    const base::Secret user_seed = nkeys::SigningKey::generate(nkeys::Kind::user, random)->seed_text();
    CHECK(CurveKey::parse_seed(base::as_text(user_seed.expose())).error().code == Errc::wrong_kind);
    const base::Secret curve_seed = key_of(1).seed_text();
    CHECK(nkeys::SigningKey::parse_seed(base::as_text(curve_seed.expose())).error().code ==
          Errc::cannot_sign);
}

TEST_CASE("CurveKey: the raw seed and the private key's text are the same key, and nothing shorter is one") {
    const CurveKey key = key_of(1);
    const base::Secret text = key.private_text();
    CHECK(text.size() == 56);
    CHECK(CurveKey::create(key.raw_seed())->public_key() == key.public_key());
    CHECK(CurveKey::parse_private(base::as_text(text.expose()))->public_key() == key.public_key());
    CHECK(CurveKey::create(base::Secret::copy_of(base::Bytes(31, 7))).error().code == Errc::bad_length);
    CHECK(CurveKey::parse_private(key.public_key().text()).error().code == Errc::not_a_private_key);
}
