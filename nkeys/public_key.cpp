#include <natscreds/nkeys/public_key.h>

#include <algorithm>

#include <sodium.h>

#include <natscreds/base/base32.h>

#include "encoding.h"

namespace natscreds::nkeys {
namespace {

/// Enough to find a mistyped key by, and not to be used: it may be a seed that lost a few characters.
std::string shortened(std::string_view text) {
    return "public key " + std::string(text.substr(0, 6)) + "...";
}

}  // namespace

base::Result<PublicKey> PublicKey::parse(std::string_view text) {
    // A whole seed is named as such before its length is: people paste the wrong half.
    const bool looks_like_seed = text.size() == seed_characters && text.front() == 'S';
    if (looks_like_seed)
        return base::Error{Errc::not_a_public_key, "a seed stands where a public key belongs"};
    if (text.size() != public_characters) return base::Error{Errc::bad_length, "public key"};
    std::array<std::uint8_t, public_bytes> raw;
    if (!base::base32_decode(text, raw)) return base::Error{Errc::bad_alphabet, shortened(text)};
    if (!checksum_matches(raw)) return base::Error{Errc::bad_checksum, shortened(text)};
    if (raw[0] == seed_prefix || raw[0] == private_prefix) {
        return base::Error{Errc::not_a_public_key, "a private key stands where a public key belongs"};
    }
    const std::optional<Kind> kind = kind_of_prefix(raw[0]);
    if (!kind) return base::Error{Errc::bad_kind, std::string(text)};
    PublicBytes bytes;
    std::copy_n(raw.begin() + 1, raw_size, bytes.begin());
    return PublicKey(*kind, bytes);
}

base::Result<PublicKey> PublicKey::parse(std::string_view text, Kind expected) {
    base::Result<PublicKey> key = parse(text);
    if (!key || key->kind() == expected) return key;
    return base::Error{Errc::wrong_kind, std::string(text) + ": " + std::string(name(key->kind())) +
                                             " key instead of " + std::string(name(expected)) + " key"};
}

PublicKey PublicKey::create(Kind kind, const PublicBytes& bytes) noexcept {
    return {kind, bytes};
}

std::string PublicKey::text() const {
    std::array<std::uint8_t, public_bytes> raw;
    raw[0] = prefix_byte(kind_);
    std::ranges::copy(bytes_, raw.begin() + 1);
    seal_checksum(raw);
    return base::base32_encode(raw);
}

base::Status PublicKey::verify(base::ByteView message, const Signature& signature) const {
    if (kind_ == Kind::curve) return base::Error{Errc::cannot_sign, text()};
    const int verdict =
        crypto_sign_verify_detached(signature.data(), message.data(), message.size(), bytes_.data());
    if (verdict != 0) return base::Error{Errc::bad_signature, text()};
    return {};
}

}  // namespace natscreds::nkeys
