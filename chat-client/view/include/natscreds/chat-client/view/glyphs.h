#pragma once

#include <string_view>
#include <vector>

namespace natscreds::chat {

/// What a person takes for one character, and the cells that it takes on a terminal.
///
/// Holds:   `cells` is the most that any terminal uses. Where terminals differ (emoji that are joined or have a
///          variant, scripts that join), `certain` is false: after such a glyph the cursor has to be placed.
struct Glyph {
    std::string_view text;  ///< into what was split
    int cells = 1;
    bool certain = true;
};

/// Splits a text that is harmless().
[[nodiscard]] std::vector<Glyph> glyphs_of(std::string_view text);

[[nodiscard]] int cells_of(std::string_view text);

/// As much of a text's beginning as fits: no glyph is cut in two.
[[nodiscard]] std::string_view beginning_of(std::string_view text, int cells);

}  // namespace natscreds::chat
