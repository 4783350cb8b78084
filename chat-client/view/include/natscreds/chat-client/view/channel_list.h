#pragma once

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

struct ListSize {
    int width;
    int height;
};

/// The rooms by number, with how much of each is unread and how often it speaks of oneself; where they are more
/// than fit, those around the current one.
[[nodiscard]] ftxui::Element channel_list(const Chat& chat, ListSize size, const Palette& palette);

/// The same in one row, for narrow screens: only rooms with something unread. "2:3 4:1"
[[nodiscard]] Row unread_counts(const Chat& chat);

}  // namespace natscreds::chat
