#pragma once

#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// The keys, as many as fit.
[[nodiscard]] ftxui::Element help(const Palette& palette);

}  // namespace natscreds::chat
