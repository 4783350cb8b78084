#pragma once

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// The cells that a list has, and when it is drawn.
struct ListRows {
    int width;
    int height;
    base::Time now;
};

/// The rooms by number, with how much of each is unread and how often it speaks of oneself; where they are more
/// than fit, those around the current one.
[[nodiscard]] ftxui::Element channel_list(const Chat& chat, ListRows list, const Palette& palette);

/// The same in one row, for narrow screens: only rooms with something unread. "2:3 4:@1"
[[nodiscard]] Row unread_counts(const Chat& chat);

}  // namespace natscreds::chat
