#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <ftxui/dom/elements.hpp>

#include <natscreds/chat-client/view/palette.h>

namespace natscreds::chat {

/// A piece of a row that looks alike.
struct Span {
    std::string text;  ///< harmless, without newlines
    Ink ink = Ink::plain;
};
using Row = std::vector<Span>;

[[nodiscard]] int cells_of(const Row& row);

/// Rows of cells, one below the other, cut where their box ends.
///
/// Holds:   every glyph stands whole in the cells that glyphs_of() gives it, or not at all.
[[nodiscard]] ftxui::Element rows(std::vector<Row> rows, const Palette& palette);

/// One row that looks the same up to the end of its box.
[[nodiscard]] ftxui::Element bar(Row row, Ink ground, const Palette& palette);

}  // namespace natscreds::chat
