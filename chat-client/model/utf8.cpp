#include "utf8.h"

namespace natscreds::chat {
namespace {

std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// Whether `code` is what so many bytes are for: no overlong form, no surrogate, nothing above Unicode.
bool well_formed(char32_t code, std::size_t bytes) {
    if (bytes == 3) return code >= 0x800 && (code < 0xd800 || code > 0xdfff);
    if (bytes == 4) return code >= 0x10000 && code <= 0x10ffff;
    return true;
}

}  // namespace

std::optional<Character> first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = sequence_length(lead);
    if (length == 0 || length > text.size()) return std::nullopt;
    char32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0U) != 0x80) return std::nullopt;
        code = (code << 6U) | (next & 0x3fU);
    }
    if (!well_formed(code, length)) return std::nullopt;
    return Character{code, length};
}

}  // namespace natscreds::chat
