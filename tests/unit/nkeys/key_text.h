#pragma once

#include <algorithm>
#include <string>

#include <natscreds/base/base32.h>
#include <natscreds/base/bytes.h>

namespace natscreds::nkeys_test {

/// CRC-16/XMODEM by its definition, a bit at a time: not the code under test.
inline std::uint16_t crc(base::ByteView bytes) {
    unsigned remainder = 0;
    for (const std::uint8_t byte : bytes) {
        for (int bit = 7; bit >= 0; --bit) {
            const unsigned in = (static_cast<unsigned>(byte) >> static_cast<unsigned>(bit)) & 1U;
            const unsigned out = (remainder >> 15U) & 1U;
            remainder = (remainder << 1U) & 0xffffU;
            if (in != out) remainder ^= 0x1021U;
        }
    }
    return static_cast<std::uint16_t>(remainder);
}

/// Bytes and their right checksum as a key's text, whether or not there is such a key.
inline std::string key_text(base::Bytes bytes) {
    const std::uint16_t checksum = crc(bytes);
    bytes.push_back(static_cast<std::uint8_t>(checksum & 0xffU));
    bytes.push_back(static_cast<std::uint8_t>(checksum >> 8U));
    return base::base32_encode(bytes);
}

/// The text of 32 bytes under a prefix of one byte: a public key's shape.
inline std::string public_text(unsigned prefix, std::uint8_t fill = 7) {
    base::Bytes bytes(33, fill);
    bytes[0] = static_cast<std::uint8_t>(prefix);
    return key_text(bytes);
}

/// The text of 32 bytes under two prefix bytes: a seed's shape.
inline std::string seed_text(unsigned first, unsigned second, std::uint8_t fill = 7) {
    base::Bytes bytes(34, fill);
    bytes[0] = static_cast<std::uint8_t>(first);
    bytes[1] = static_cast<std::uint8_t>(second);
    return key_text(bytes);
}

/// The prefixes as nats-io/nkeys has them.
constexpr unsigned operator_prefix = 14U << 3U;
constexpr unsigned user_prefix = 20U << 3U;
constexpr unsigned seed_prefix = 18U << 3U;
constexpr unsigned private_prefix = 15U << 3U;
constexpr unsigned curve_prefix = 23U << 3U;

/// A seed for a public prefix.
inline std::string seed_for(unsigned public_prefix, std::uint8_t fill = 7) {
    return seed_text(seed_prefix | (public_prefix >> 5U), (public_prefix & 31U) << 3U, fill);
}

}  // namespace natscreds::nkeys_test
