#include <natscreds/chat-client/view/wrap.h>

#include <algorithm>
#include <cstddef>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

using Glyphs = std::vector<Glyph>;

class Wrapper {
  public:
    Wrapper(std::string_view text, Widths widths) : text_(text), glyphs_(glyphs_of(text)), widths_(widths) {}

    std::vector<std::string_view> pieces() {
        std::size_t at = 0;
        do {
            at = take_row(at);
        } while (at < glyphs_.size());
        const bool ends_with_newline = !glyphs_.empty() && glyphs_.back().text == "\n";
        if (ends_with_newline) pieces_.push_back(text_.substr(text_.size()));
        return std::move(pieces_);
    }

  private:
    [[nodiscard]] bool is(std::size_t at, std::string_view text) const { return glyphs_[at].text == text; }

    /// One row from here; returns where the next one begins.
    std::size_t take_row(std::size_t first) {
        const std::size_t full = fitting(first);
        if (full == glyphs_.size() || is(full, "\n")) {
            add(first, full);
            return std::min(full + 1, glyphs_.size());
        }
        std::size_t end = full;
        while (end > first && !is(end, " "))
            --end;
        if (end == first) {
            const bool fits_below = pieces_.empty() && widths_.first < widths_.others;
            add(first, fits_below ? first : full);
            return fits_below ? first : full;
        }
        std::size_t next = end;
        while (next < glyphs_.size() && is(next, " "))
            ++next;
        while (end > first && is(end - 1, " "))
            --end;
        add(first, end);
        return next;
    }

    /// Where the glyphs that fit into a row end, or its newline stands.
    [[nodiscard]] std::size_t fitting(std::size_t first) const {
        int room = pieces_.empty() ? widths_.first : widths_.others;
        std::size_t end = first;
        while (end < glyphs_.size() && !is(end, "\n") && (glyphs_[end].cells <= room || end == first))
            room -= glyphs_[end++].cells;
        return end;
    }

    void add(std::size_t first, std::size_t end) {
        const std::size_t begins = offset(first);
        pieces_.push_back(text_.substr(begins, offset(end) - begins));
    }

    [[nodiscard]] std::size_t offset(std::size_t at) const {
        if (at >= glyphs_.size()) return text_.size();
        return static_cast<std::size_t>(glyphs_[at].text.data() - text_.data());
    }

    std::string_view text_;
    Glyphs glyphs_;
    Widths widths_;
    std::vector<std::string_view> pieces_;
};

}  // namespace

std::vector<std::string_view> wrap(std::string_view text, Widths widths) {
    return Wrapper(text, widths).pieces();
}

}  // namespace natscreds::chat
