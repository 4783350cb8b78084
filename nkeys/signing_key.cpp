#include <natscreds/nkeys/signing_key.h>

#include <algorithm>
#include <array>

#include <sodium.h>

#include <natscreds/base/base32.h>

#include "encoding.h"

namespace natscreds::nkeys {
namespace {

struct SeedPrefix {
    std::uint8_t first;
    std::uint8_t second;
};

/// A seed's first ten bits say "seed" and its next five the kind.
SeedPrefix seed_prefix_of(Kind kind) noexcept {
    const std::uint8_t kind_byte = prefix_byte(kind);
    return {static_cast<std::uint8_t>(seed_prefix | (kind_byte >> 5U)),
            static_cast<std::uint8_t>((kind_byte & 31U) << 3U)};
}

std::uint8_t kind_byte_of_seed(base::ByteView raw) noexcept {
    return static_cast<std::uint8_t>(((raw[0] & 7U) << 5U) | ((raw[1] & 0xf8U) >> 3U));
}

/// Checks a seed's bytes in the order that the header promises.
base::Result<Kind> kind_of_seed(base::ByteView raw) {
    if (!checksum_matches(raw)) return base::Error{Errc::bad_checksum, "seed"};
    if ((raw[0] & 0xf8U) != seed_prefix) return base::Error{Errc::not_a_seed, ""};
    const std::optional<Kind> kind = kind_of_prefix(kind_byte_of_seed(raw));
    const bool spare_bits_set = (raw[1] & 7U) != 0;
    if (!kind || spare_bits_set) return base::Error{Errc::bad_kind, "seed"};
    if (*kind == Kind::curve) return base::Error{Errc::cannot_sign, "seed"};
    return *kind;
}

}  // namespace

SigningKey SigningKey::expand(Kind kind, const base::Secret& raw_seed) {
    PublicBytes public_half;
    base::Secret expanded =
        base::Secret::filled(crypto_sign_SECRETKEYBYTES, [&](std::span<std::uint8_t> memory) {
            crypto_sign_seed_keypair(public_half.data(), memory.data(), raw_seed.expose().data());
        });
    return {PublicKey::create(kind, public_half), std::move(expanded)};
}

base::Result<SigningKey> SigningKey::generate(Kind kind, base::Random& random) {
    if (kind == Kind::curve) return base::Error{Errc::cannot_sign, "generating a key"};
    const base::Secret seed =
        base::Secret::filled(raw_size, [&](std::span<std::uint8_t> memory) { random.fill(memory); });
    return expand(kind, seed);
}

base::Result<SigningKey> SigningKey::parse_seed(std::string_view text) {
    const bool looks_public = text.size() == public_characters && !text.starts_with('S');
    if (looks_public) return base::Error{Errc::not_a_seed, "a public key stands where a seed belongs"};
    if (text.size() != seed_characters) return base::Error{Errc::bad_length, "seed"};
    bool decoded = false;
    const base::Secret raw = base::Secret::filled(
        seed_bytes, [&](std::span<std::uint8_t> memory) { decoded = base::base32_decode(text, memory); });
    if (!decoded) return base::Error{Errc::bad_alphabet, "seed"};
    const base::Result<Kind> kind = kind_of_seed(raw.expose());
    if (!kind) return kind.error();
    return expand(*kind, base::Secret::copy_of(raw.expose().subspan(2, raw_size)));
}

base::Result<SigningKey> SigningKey::parse_seed(std::string_view text, Kind expected) {
    base::Result<SigningKey> key = parse_seed(text);
    if (!key || key->public_key().kind() == expected) return key;
    return base::Error{Errc::wrong_kind, "seed of the kind " + std::string(name(key->public_key().kind())) +
                                             " instead of " + std::string(name(expected))};
}

Signature SigningKey::sign(base::ByteView message) const {
    Signature signature;
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                         expanded_.expose().data());
    return signature;
}

base::Secret SigningKey::seed_text() const {
    const base::Secret raw = base::Secret::filled(seed_bytes, [&](std::span<std::uint8_t> memory) {
        const SeedPrefix prefix = seed_prefix_of(public_key_.kind());
        memory[0] = prefix.first;
        memory[1] = prefix.second;
        std::ranges::copy(expanded_.expose().first(raw_size), memory.begin() + 2);
        seal_checksum(memory);
    });
    return base::Secret::filled(
        seed_characters, [&](std::span<std::uint8_t> text) { base::base32_encode(raw.expose(), text); });
}

}  // namespace natscreds::nkeys
