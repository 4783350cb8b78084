#include "encoding.h"

#include <algorithm>
#include <array>
#include <utility>

#include <natscreds/base/base32.h>
#include <natscreds/nkeys/errc.h>

namespace natscreds::nkeys {
namespace {

struct Entry {
    Kind kind;
    std::uint8_t prefix;
    std::string_view name;
};

constexpr std::array<Entry, 6> entries{{
    {Kind::operator_, 14U << 3U, "operator"},
    {Kind::account, 0, "account"},
    {Kind::user, 20U << 3U, "user"},
    {Kind::server, 13U << 3U, "server"},
    {Kind::cluster, 2U << 3U, "cluster"},
    {Kind::curve, 23U << 3U, "curve"},
}};

constexpr const Entry& entry(Kind kind) noexcept {
    return entries[static_cast<std::size_t>(kind)];
}

/// CRC-16/XMODEM: polynomial 0x1021, no reflection, nothing added at either end. Here: of each first byte.
constexpr std::array<std::uint16_t, 256> crc_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
        std::uint32_t crc = byte << 8U;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc << 1U) ^ ((crc & 0x8000U) != 0 ? 0x1021U : 0U);
        table[byte] = static_cast<std::uint16_t>(crc);
    }
    return table;
}();

std::uint16_t crc16(base::ByteView bytes) noexcept {
    std::uint16_t crc = 0;
    for (const std::uint8_t byte : bytes)
        crc = static_cast<std::uint16_t>((crc << 8U) ^ crc_table[(crc >> 8U) ^ byte]);
    return crc;
}

std::pair<std::uint8_t, std::uint8_t> checksum(base::ByteView raw) noexcept {
    const std::uint16_t crc = crc16(raw.first(raw.size() - checksum_size));
    return {static_cast<std::uint8_t>(crc & 0xffU), static_cast<std::uint8_t>(crc >> 8U)};
}

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
    return *kind;
}

base::Secret to_text(const base::Secret& raw) {
    return base::Secret::filled(base::base32_encoded_size(raw.size()), [&](std::span<std::uint8_t> text) {
        base::base32_encode(raw.expose(), text);
    });
}

}  // namespace

std::string_view name(Kind kind) noexcept {
    return entry(kind).name;
}

std::uint8_t prefix_byte(Kind kind) noexcept {
    return entry(kind).prefix;
}

std::optional<Kind> kind_of_prefix(std::uint8_t prefix) noexcept {
    for (const Entry& candidate : entries) {
        if (candidate.prefix == prefix) return candidate.kind;
    }
    return std::nullopt;
}

void seal_checksum(std::span<std::uint8_t> raw) noexcept {
    const auto [low, high] = checksum(raw);
    raw[raw.size() - 2] = low;
    raw[raw.size() - 1] = high;
}

bool checksum_matches(base::ByteView raw) noexcept {
    const auto [low, high] = checksum(raw);
    return raw[raw.size() - 2] == low && raw[raw.size() - 1] == high;
}

base::Secret encode_seed(Kind kind, base::ByteView raw_seed) {
    const base::Secret raw = base::Secret::filled(seed_bytes, [&](std::span<std::uint8_t> memory) {
        const SeedPrefix prefix = seed_prefix_of(kind);
        memory[0] = prefix.first;
        memory[1] = prefix.second;
        std::ranges::copy(raw_seed, memory.begin() + 2);
        seal_checksum(memory);
    });
    return to_text(raw);
}

base::Secret encode_private(base::ByteView key) {
    const std::size_t size = 1 + key.size() + checksum_size;
    const base::Secret raw = base::Secret::filled(size, [&](std::span<std::uint8_t> memory) {
        memory[0] = private_prefix;
        std::ranges::copy(key, memory.begin() + 1);
        seal_checksum(memory);
    });
    return to_text(raw);
}

base::Result<base::Secret> decode_private(std::string_view text, std::size_t size) {
    const std::size_t raw_bytes = 1 + size + checksum_size;
    if (text.size() != base::base32_encoded_size(raw_bytes))
        return base::Error{Errc::bad_length, "private key"};
    bool decoded = false;
    const base::Secret raw = base::Secret::filled(
        raw_bytes, [&](std::span<std::uint8_t> memory) { decoded = base::base32_decode(text, memory); });
    if (!decoded) return base::Error{Errc::bad_alphabet, "private key"};
    if (!checksum_matches(raw.expose())) return base::Error{Errc::bad_checksum, "private key"};
    if (raw.expose()[0] != private_prefix) return base::Error{Errc::not_a_private_key, ""};
    return base::Secret::copy_of(raw.expose().subspan(1, size));
}

base::Result<RawSeed> decode_seed(std::string_view text) {
    const bool looks_public = text.size() == public_characters && !text.starts_with('S');
    if (looks_public) return base::Error{Errc::not_a_seed, "a public key stands where a seed belongs"};
    if (text.size() != seed_characters) return base::Error{Errc::bad_length, "seed"};
    bool decoded = false;
    const base::Secret raw = base::Secret::filled(
        seed_bytes, [&](std::span<std::uint8_t> memory) { decoded = base::base32_decode(text, memory); });
    if (!decoded) return base::Error{Errc::bad_alphabet, "seed"};
    const base::Result<Kind> kind = kind_of_seed(raw.expose());
    if (!kind) return kind.error();
    return RawSeed{*kind, base::Secret::copy_of(raw.expose().subspan(2, raw_size))};
}

}  // namespace natscreds::nkeys
