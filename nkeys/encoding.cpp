#include "encoding.h"

#include <array>
#include <utility>

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

/// CRC-16/XMODEM: polynomial 0x1021, no reflection, nothing added at either end.
std::uint16_t crc16(base::ByteView bytes) noexcept {
    std::uint16_t crc = 0;
    for (const std::uint8_t byte : bytes) {
        crc = static_cast<std::uint16_t>(crc ^ (byte << 8U));
        for (int bit = 0; bit < 8; ++bit) {
            const bool carry = (crc & 0x8000U) != 0;
            crc = static_cast<std::uint16_t>(crc << 1U);
            if (carry) crc ^= 0x1021U;
        }
    }
    return crc;
}

std::pair<std::uint8_t, std::uint8_t> checksum(base::ByteView raw) noexcept {
    const std::uint16_t crc = crc16(raw.first(raw.size() - checksum_size));
    return {static_cast<std::uint8_t>(crc & 0xffU), static_cast<std::uint8_t>(crc >> 8U)};
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

}  // namespace natscreds::nkeys
