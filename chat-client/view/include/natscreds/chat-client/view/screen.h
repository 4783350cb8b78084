#pragma once

#include <cstddef>
#include <string>
#include <variant>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/line_editor.h>
#include <natscreds/chat-client/model/link.h>
#include <natscreds/chat-client/view/finder.h>
#include <natscreds/chat-client/view/frame.h>
#include <natscreds/chat-client/view/message_pane.h>

namespace natscreds::chat {

/// What the keyboard goes to.
struct Typing {};
struct Pasted {
    std::string text;      ///< harmless; with what was typed around it
    std::size_t lost = 0;  ///< bytes behind it that were too many
};
struct Searching {
    LineEditor words;
    Finder finder;
    Reading before;  ///< where one was, to go back there
};
struct Switching {
    LineEditor letters;
    std::size_t chosen = 0;  ///< of the places that are like them
};
struct Leaving {};
struct HelpShown {};
using Focus = std::variant<Typing, Pasted, Searching, Switching, Leaving, HelpShown>;

/// Whether long messages are cut short.
enum class Folding { folded, open };

struct ScreenSize {
    int width;
    int height;
};

/// All that a screen shows. It refers to what it is drawn from.
struct ScreenState {
    const Chat& chat;
    const Link& link;
    const Reading& reading;
    const LineEditor& editor;
    const Focus& focus;
    Folding folding;
    base::Time now;
    LocalTime local_time;
};

/// How a screen is divided up. Below 60 columns there is no list of rooms.
struct ScreenLayout {
    int list_width;  ///< 0: none
    int pane_width;
    int pane_height;
    int bottom_height;  ///< the rows for what one types, or is asked
};
[[nodiscard]] ScreenLayout layout_of(ScreenSize size, const Focus& focus);

/// How the lines of the pane are laid out, for whoever moves the reading.
[[nodiscard]] LineLayout line_layout(const ScreenState& state, const ScreenLayout& layout);

[[nodiscard]] ftxui::Element screen(const ScreenState& state, ScreenSize size, const Palette& palette);
[[nodiscard]] Frame draw(const ScreenState& state, ScreenSize size, const Palette& palette);

}  // namespace natscreds::chat
