#include <cstddef>

#include <natscreds/cli/console/table.h>

namespace natscreds::console {
namespace {

struct CharacterRange {
    char32_t first;
    char32_t last;
};

/// Marks that are drawn over the character before them, and characters that are not drawn.
constexpr CharacterRange no_columns[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f},
    {0x0e31, 0x0e31}, {0x0e34, 0x0e3a}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f},
    {0x202a, 0x202e}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xe0100, 0xe01ef}};

/// Unicode's East Asian wide and full-width blocks, and emoji.
constexpr CharacterRange two_columns[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe4f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <std::size_t size>
bool contains(const CharacterRange (&ranges)[size], char32_t character) {
    for (const CharacterRange& range : ranges) {
        if (character >= range.first && character <= range.last) return true;
    }
    return false;
}

std::size_t columns(char32_t character) {
    if (contains(no_columns, character)) return 0;
    return contains(two_columns, character) ? 2 : 1;
}

/// How many bytes of UTF-8 begin with this one; 0 for none.
std::size_t sequence_length(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead < 0xe0) return 2;
    if (lead >= 0xe0 && lead < 0xf0) return 3;
    return lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

/// Takes the first character off the text; a byte that is not UTF-8 stands for itself.
char32_t take_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = sequence_length(lead);
    char32_t character = length <= 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const unsigned char next = i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
        if ((next & 0xc0U) != 0x80) {
            text.remove_prefix(1);
            return lead;
        }
        character = (character << 6U) | (next & 0x3fU);
    }
    text.remove_prefix(length == 0 ? 1 : length);
    return character;
}

/// Takes "ESC [ ... letter" off the text, if that is how it begins.
bool take_escape(std::string_view& text) {
    if (text.substr(0, 2) != "\x1b[") return false;
    const std::size_t end = text.find_first_not_of("0123456789;", 2);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return true;
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        if (!take_escape(text)) width += columns(take_character(text));
    }
    return width;
}

}  // namespace natscreds::console
