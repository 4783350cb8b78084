#include <natscreds/base/base32.h>

#include <array>
#include <cstdint>

#include <natscreds/base/secret.h>

namespace natscreds::base {
namespace {

constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

constexpr std::array<std::int8_t, 256> base32_values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < base32_alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(base32_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}();

}  // namespace

void base32_encode(ByteView bytes, std::span<std::uint8_t> text) noexcept {
    std::uint32_t pending = 0;
    unsigned bits = 0;
    std::size_t at = 0;
    const auto emit = [&](std::uint32_t value) {
        text[at++] = static_cast<std::uint8_t>(base32_alphabet[value & 31U]);
    };
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8U) | byte;
        for (bits += 8; bits >= 5; bits -= 5)
            emit(pending >> (bits - 5));
    }
    if (bits > 0) emit(pending << (5 - bits));
}

std::string base32_encode(ByteView bytes) {
    std::string text(base32_encoded_size(bytes.size()), '\0');
    base32_encode(bytes, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    return text;
}

bool base32_decode(std::string_view text, std::span<std::uint8_t> bytes) noexcept {
    const bool possible = base32_encoded_size(bytes.size()) == text.size();
    if (!possible || bytes.size() != base32_decoded_size(text.size())) {
        wipe(bytes);
        return false;
    }
    std::uint32_t pending = 0;
    unsigned bits = 0;
    std::size_t at = 0;
    for (const char c : text) {
        const std::int8_t value = base32_values[static_cast<std::uint8_t>(c)];
        if (value < 0) {
            wipe(bytes);
            return false;
        }
        pending = (pending << 5U) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes[at++] = static_cast<std::uint8_t>(pending >> bits);
    }
    const bool spare_bits_set = (pending & ((1U << bits) - 1U)) != 0;
    if (spare_bits_set) wipe(bytes);
    return !spare_bits_set;
}

}  // namespace natscreds::base
