#include <natscreds/base/base64url.h>

#include <array>
#include <cstdint>

namespace natscreds::base {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}();

}  // namespace

void base64url_append(ByteView bytes, std::string& out) {
    std::size_t at = out.size();
    out.resize(at + (bytes.size() * 8 + 5) / 6);
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8U) | byte;
        for (bits += 8; bits >= 6; bits -= 6)
            out[at++] = alphabet[(pending >> (bits - 6)) & 63U];
    }
    if (bits > 0) out[at] = alphabet[(pending << (6 - bits)) & 63U];
}

std::string base64url_encode(ByteView bytes) {
    std::string text;
    base64url_append(bytes, text);
    return text;
}

std::optional<Bytes> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    Bytes bytes(text.size() * 6 / 8);
    std::size_t at = 0;
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::int8_t value = values[static_cast<std::uint8_t>(c)];
        if (value < 0) return std::nullopt;
        pending = (pending << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes[at++] = static_cast<std::uint8_t>(pending >> bits);
    }
    if ((pending & ((1U << bits) - 1U)) != 0) return std::nullopt;
    return bytes;
}

}  // namespace natscreds::base
