#pragma once

#include <string>
#include <vector>

#include <ftxui/screen/screen.hpp>

namespace natscreds::chat {

/// A whole screen as it goes to a terminal.
///
/// Holds:   each row stands for itself: it sets its own colours, clears what is right of it, and after every glyph
///          about whose width terminals differ it places the cursor, so that nothing behind it shifts.
struct Frame {
    struct Cursor {
        int x = 0;
        int y = 0;
        bool operator==(const Cursor&) const = default;
    };

    std::vector<std::string> rows;
    Cursor cursor;

    bool operator==(const Frame&) const = default;
};

[[nodiscard]] Frame frame_of(const ftxui::Screen& screen);

}  // namespace natscreds::chat
