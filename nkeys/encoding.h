#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/nkeys/kind.h>

/// What public keys and seeds share on the way between bytes and text. Source: nats-io/nkeys strkey.go.
namespace natscreds::nkeys {

constexpr std::size_t raw_size = 32;
constexpr std::size_t checksum_size = 2;
constexpr std::size_t public_bytes = 1 + raw_size + checksum_size;
constexpr std::size_t seed_bytes = 2 + raw_size + checksum_size;
constexpr std::size_t public_characters = 56;
constexpr std::size_t seed_characters = 58;

constexpr std::uint8_t seed_prefix = 18U << 3U;
constexpr std::uint8_t private_prefix = 15U << 3U;

/// The byte that makes a key's text begin with its letter.
[[nodiscard]] std::uint8_t prefix_byte(Kind kind) noexcept;
[[nodiscard]] std::optional<Kind> kind_of_prefix(std::uint8_t prefix) noexcept;

/// A seed's text and the text of a private key, both as Secrets. `key` is what follows the prefix.
[[nodiscard]] base::Secret encode_seed(Kind kind, base::ByteView raw_seed);
[[nodiscard]] base::Secret encode_private(base::ByteView key);

struct RawSeed {
    Kind kind;
    base::Secret bytes;
};
/// Fails: Errc::bad_length, bad_alphabet, bad_checksum, not_a_seed, bad_kind, tested in that order; a whole
/// public key is called not_a_seed.
[[nodiscard]] base::Result<RawSeed> decode_seed(std::string_view text);

/// What follows the prefix in a private key's text, `size` bytes.
/// Fails: Errc::bad_length, bad_alphabet, bad_checksum, not_a_private_key, tested in that order.
[[nodiscard]] base::Result<base::Secret> decode_private(std::string_view text, std::size_t size);

/// Writes the checksum of all but the last two bytes into those two.
void seal_checksum(std::span<std::uint8_t> raw) noexcept;
[[nodiscard]] bool checksum_matches(base::ByteView raw) noexcept;

}  // namespace natscreds::nkeys
