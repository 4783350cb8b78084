#include <natscreds/chat-client/model/graphemes.h>

#include <algorithm>
#include <optional>

#include <utf8proc.h>

#include "utf8.h"

namespace natscreds::chat {
namespace {

constexpr char32_t emoji_variant = 0xfe0f;

utf8proc_int32_t code_point(char32_t code) {
    return static_cast<utf8proc_int32_t>(code);
}

bool is_assigned(char32_t code) {
    return utf8proc_category(code_point(code)) != UTF8PROC_CATEGORY_CN;
}

/// Latin, Greek and Cyrillic with their marks, lines and boxes, and CJK.
bool is_certain(char32_t code) {
    const bool agreed =
        code < 0x0530 || (code >= 0x2010 && code < 0x2600) || (code >= 0x3000 && code < 0xd7a4);
    return agreed && is_assigned(code);
}

/// The most that terminals give it. The library counts no cells for marks that take room of their own, which many
/// terminals do; what a newer Unicode may have assigned can be wide.
int width(char32_t code) {
    if (!is_assigned(code)) return 2;
    const int cells = std::max(utf8proc_charwidth(code_point(code)), 0);
    const bool spacing_mark = utf8proc_category(code_point(code)) == UTF8PROC_CATEGORY_MC;
    return spacing_mark ? std::max(cells, 1) : cells;
}

/// The bytes of the first piece of a text that is not empty.
std::size_t first_piece(std::string_view text) {
    std::optional<Character> before = first_character(text);
    if (!before) return 1;
    std::size_t bytes = before->bytes;
    utf8proc_int32_t state = 0;
    while (bytes < text.size()) {
        const std::optional<Character> next = first_character(text.substr(bytes));
        if (!next ||
            utf8proc_grapheme_break_stateful(code_point(before->code), code_point(next->code), &state))
            break;
        bytes += next->bytes;
        before = next;
    }
    return bytes;
}

}  // namespace

std::vector<std::string_view> graphemes(std::string_view text) {
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        pieces.push_back(text.substr(0, first_piece(text)));
        text.remove_prefix(pieces.back().size());
    }
    return pieces;
}

Cells cells(std::string_view grapheme) {
    if (grapheme.size() == 1) return {grapheme.front() == '\n' ? 0 : 1, true};
    Cells cells{0, true};
    while (!grapheme.empty()) {
        const std::optional<Character> next = first_character(grapheme);
        if (!next) return {1, false};
        cells.most += width(next->code);
        // Some terminals draw the variant wide, some do not.
        if (next->code == emoji_variant) cells.most = std::max(cells.most, 2);
        cells.certain = cells.certain && is_certain(next->code);
        grapheme.remove_prefix(next->bytes);
    }
    return cells;
}

}  // namespace natscreds::chat
