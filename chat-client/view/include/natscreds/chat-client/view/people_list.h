#pragma once

#include <natscreds/chat-client/view/channel_list.h>

namespace natscreds::chat {

/// Who is online, by the names that their messages have, with "?" and "!"; where they are more than fit, the last row
/// counts the others.
[[nodiscard]] ftxui::Element people_list(const People& people, ListRows list, const Palette& palette);

}  // namespace natscreds::chat
