#pragma once

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/view/channel_list.h>

namespace natscreds::chat {

/// Whether the rooms stand in a list of their own.
enum class RoomList { shown, hidden };

/// Where one is: the channel, or the person with their presence and key. Where the list of rooms is hidden, the
/// counts of what is unread elsewhere come first.
[[nodiscard]] Row title_line(const Chat& chat, base::Time now, RoomList list);

}  // namespace natscreds::chat
