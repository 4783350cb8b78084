#include <natscreds/base/base64url.h>

#include <array>
#include <cstdint>

namespace natscreds::base {
namespace {

constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> base64url_values = [] {
    std::array<std::int8_t, 256> table{};
    table.fill(-1);
    for (std::size_t i = 0; i < base64url_alphabet.size(); ++i) {
        table[static_cast<std::uint8_t>(base64url_alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return table;
}();

}  // namespace

void base64url_append(ByteView bytes, std::string& out) {
    const std::size_t at = out.size();
    out.resize(at + (bytes.size() * 8 + 5) / 6);
    char* text = out.data() + at;
    const auto digit = [](std::uint32_t value) { return base64url_alphabet[value & 63U]; };
    for (; bytes.size() >= 3; bytes = bytes.subspan(3)) {
        const std::uint32_t group =
            (std::uint32_t{bytes[0]} << 16U) | (std::uint32_t{bytes[1]} << 8U) | bytes[2];
        *text++ = digit(group >> 18U);
        *text++ = digit(group >> 12U);
        *text++ = digit(group >> 6U);
        *text++ = digit(group);
    }
    if (bytes.empty()) return;
    const std::uint32_t rest =
        (std::uint32_t{bytes[0]} << 16U) | (bytes.size() == 2 ? std::uint32_t{bytes[1]} << 8U : 0U);
    *text++ = digit(rest >> 18U);
    *text++ = digit(rest >> 12U);
    if (bytes.size() == 2) *text = digit(rest >> 6U);
}

std::string base64url_encode(ByteView bytes) {
    std::string text;
    base64url_append(bytes, text);
    return text;
}

std::optional<Bytes> base64url_decode(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    Bytes bytes(text.size() * 6 / 8);
    std::uint8_t* out = bytes.data();
    // A character outside the alphabet is -1: it sets the sign of everything it is or-ed into.
    const auto value = [](char c) { return std::int32_t{base64url_values[static_cast<std::uint8_t>(c)]}; };
    std::int32_t all = 0;
    for (; text.size() >= 4; text.remove_prefix(4)) {
        const std::int32_t a = value(text[0]), b = value(text[1]), c = value(text[2]), d = value(text[3]);
        all |= a | b | c | d;
        *out++ = static_cast<std::uint8_t>((a << 2) | (b >> 4));
        *out++ = static_cast<std::uint8_t>((b << 4) | (c >> 2));
        *out++ = static_cast<std::uint8_t>((c << 6) | d);
    }
    std::int32_t spare_bits = 0;
    if (text.size() >= 2) {
        const std::int32_t a = value(text[0]), b = value(text[1]);
        const std::int32_t c = text.size() == 3 ? value(text[2]) : 0;
        all |= a | b | c;
        *out++ = static_cast<std::uint8_t>((a << 2) | (b >> 4));
        if (text.size() == 3) *out = static_cast<std::uint8_t>((b << 4) | (c >> 2));
        spare_bits = text.size() == 3 ? c & 3 : b & 15;
    }
    if (all < 0 || spare_bits != 0) return std::nullopt;
    return bytes;
}

}  // namespace natscreds::base
