#pragma once

#include <natscreds/chat-client/view/reading.h>

namespace natscreds::chat {

/// What was said in a room, as much as fits: the newest line at the bottom, or where one reads.
struct MessagePane {
    const Room& room;
    const Reading& reading;
    LineLayout layout;
    int height;
};
[[nodiscard]] ftxui::Element message_pane(const MessagePane& pane, const Palette& palette);

/// The same before it is drawn: at most `height` rows, the lowest last.
[[nodiscard]] std::vector<Row> visible_rows(const MessagePane& pane);

}  // namespace natscreds::chat
