#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>

namespace natscreds::base {

/// Base32 of RFC 4648 (A-Z, 2-7), upper case, without padding.

constexpr std::size_t base32_encoded_size(std::size_t bytes) noexcept {
    return (bytes * 8 + 4) / 5;
}
constexpr std::size_t base32_decoded_size(std::size_t characters) noexcept {
    return characters * 5 / 8;
}

[[nodiscard]] std::string base32_encode(ByteView bytes);

/// The same into memory of the caller's, exactly base32_encoded_size(bytes.size()) long: for secrets.
void base32_encode(ByteView bytes, std::span<std::uint8_t> text) noexcept;

/// Writes base32_decoded_size(text.size()) bytes and returns true; false, with `bytes` wiped, on a
/// character outside the alphabet, on an impossible length, and on spare bits that are not zero (so each
/// value has one spelling only). `bytes` must be exactly that long.
[[nodiscard]] bool base32_decode(std::string_view text, std::span<std::uint8_t> bytes) noexcept;

}  // namespace natscreds::base
