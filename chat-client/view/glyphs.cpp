#include <natscreds/chat-client/view/glyphs.h>

#include <cstddef>

#include <natscreds/chat-client/model/graphemes.h>

namespace natscreds::chat {

std::vector<Glyph> glyphs_of(std::string_view text) {
    std::vector<Glyph> glyphs;
    for (const std::string_view grapheme : graphemes(text)) {
        const Cells taken = cells(grapheme);
        glyphs.push_back({.text = grapheme, .cells = taken.most, .certain = taken.certain});
    }
    return glyphs;
}

int cells_of(std::string_view text) {
    int cells = 0;
    for (const Glyph& glyph : glyphs_of(text))
        cells += glyph.cells;
    return cells;
}

std::string_view beginning_of(std::string_view text, int cells) {
    std::size_t bytes = 0;
    for (const Glyph& glyph : glyphs_of(text)) {
        cells -= glyph.cells;
        if (cells < 0) break;
        bytes += glyph.text.size();
    }
    return text.substr(0, bytes);
}

}  // namespace natscreds::chat
