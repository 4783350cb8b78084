#pragma once

#include <string_view>
#include <vector>

namespace natscreds::chat {

/// How wide the rows of a text may be, in cells.
struct Widths {
    int first;
    int others;
};

/// A text in pieces that fit: broken at newlines, else at spaces, and inside a word only where it is wider than
/// a whole row.
///
/// Holds:   at least one piece. No glyph is cut; one that is wider than a row stands alone. The spaces at a break
///          are in no piece.
[[nodiscard]] std::vector<std::string_view> wrap(std::string_view text, Widths widths);

}  // namespace natscreds::chat
