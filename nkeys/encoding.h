#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <natscreds/base/bytes.h>
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

/// Writes the checksum of all but the last two bytes into those two.
void seal_checksum(std::span<std::uint8_t> raw) noexcept;
[[nodiscard]] bool checksum_matches(base::ByteView raw) noexcept;

}  // namespace natscreds::nkeys
