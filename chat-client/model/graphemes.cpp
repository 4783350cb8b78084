#include <natscreds/chat-client/model/graphemes.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <optional>

#include "utf8.h"

namespace natscreds::chat {
namespace {

constexpr char32_t zero_width_joiner = 0x200d;
constexpr char32_t emoji_variant = 0xfe0f;

/// The C library knows which characters are marks, in a locale of UTF-8, whatever the one of this process is.
class Utf8Locale {
  public:
    Utf8Locale() : before_(uselocale(utf8())) {}
    ~Utf8Locale() { uselocale(before_); }
    Utf8Locale(const Utf8Locale&) = delete;
    Utf8Locale& operator=(const Utf8Locale&) = delete;

  private:
    /// Made once: that takes much longer than what it is for.
    static locale_t utf8() {
        static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return locale;
    }

    locale_t before_;
};

bool is_flag_letter(char32_t code) {
    return code >= 0x1f1e6 && code <= 0x1f1ff;
}

bool is_skin_tone(char32_t code) {
    return code >= 0x1f3fb && code <= 0x1f3ff;
}

/// Latin, Greek and Cyrillic with their marks, lines and boxes, and CJK.
bool is_certain(char32_t code) {
    return code < 0x0530 || (code >= 0x2010 && code < 0x2600) || (code >= 0x3000 && code < 0xd7a4);
}

int width(char32_t code) {
    return std::max(wcwidth(static_cast<wchar_t>(code)), 0);
}

/// A piece while it grows.
struct Growing {
    char32_t last;
    std::size_t bytes;
    std::size_t flag_letters;

    [[nodiscard]] bool takes(char32_t next) const {
        if (next < 0x80 || last == '\n') return false;
        if (is_flag_letter(next)) return flag_letters == 1 && is_flag_letter(last);
        return last == zero_width_joiner || is_skin_tone(next) || width(next) == 0;
    }
};

/// The bytes of the first piece of a text that is not empty.
std::size_t first_piece(std::string_view text) {
    const std::optional<Character> first = first_character(text);
    if (!first) return 1;
    Growing piece{first->code, first->bytes, is_flag_letter(first->code) ? 1U : 0U};
    while (piece.bytes < text.size()) {
        const std::optional<Character> next = first_character(text.substr(piece.bytes));
        if (!next || !piece.takes(next->code)) break;
        piece.last = next->code;
        piece.bytes += next->bytes;
        if (is_flag_letter(next->code)) ++piece.flag_letters;
    }
    return piece.bytes;
}

}  // namespace

std::vector<std::string_view> graphemes(std::string_view text) {
    const Utf8Locale marks;
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        pieces.push_back(text.substr(0, first_piece(text)));
        text.remove_prefix(pieces.back().size());
    }
    return pieces;
}

Cells cells(std::string_view grapheme) {
    if (grapheme.size() == 1) return {grapheme.front() == '\n' ? 0 : 1, true};
    const Utf8Locale widths;
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
