#pragma once

#include <natscreds/chat-client/view/channel_list.h>

namespace natscreds::chat {

/// Who is online, "?" where the name is unproven; where they are more than fit, the last row counts the others.
[[nodiscard]] ftxui::Element people_list(const std::vector<const Person*>& online, ListRows list,
                                         const Palette& palette);

}  // namespace natscreds::chat
