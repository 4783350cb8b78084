#pragma once

#include <natscreds/chat-client/model/settings.h>
#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// What the keys do, as they are set; as many as fit.
[[nodiscard]] ftxui::Element help(const Settings& settings, const Palette& palette);

}  // namespace natscreds::chat
