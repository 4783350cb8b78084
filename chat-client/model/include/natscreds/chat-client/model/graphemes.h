#pragma once

#include <string_view>
#include <vector>

namespace natscreds::chat {

/// A text in pieces of what a person takes for one character: a letter with its marks, a flag, an emoji that is
/// joined of several.
///
/// Holds:   the pieces together are the text. A newline is alone; a byte that is not UTF-8 is a piece.
/// Source:  Unicode's UAX 29, extended grapheme clusters, as utf8proc has them.
[[nodiscard]] std::vector<std::string_view> graphemes(std::string_view text);

/// The cells that a grapheme takes on a terminal.
struct Cells {
    int most;  ///< of all terminals
    bool
        certain;  ///< whether all agree: they differ about emoji of several parts, and about scripts that join
};
[[nodiscard]] Cells cells(std::string_view grapheme);

}  // namespace natscreds::chat
