#pragma once

#include <cstddef>
#include <string_view>

#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// The line that is being written, with the terminal's cursor in it. What is too long is shown around the cursor;
/// a newline is shown as a sign.
struct InputLine {
    std::string_view prompt;
    std::string_view text;
    std::size_t cursor;  ///< in bytes
};
[[nodiscard]] ftxui::Element input_line(const InputLine& line, int width, const Palette& palette);

/// The part that fits, and the cell of the cursor in it.
struct VisibleInput {
    std::string text;
    int cursor;
};
[[nodiscard]] VisibleInput visible_input(const InputLine& line, int width);

}  // namespace natscreds::chat
