#pragma once

#include <string>

#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// A paste of several lines, before it is sent: its first lines, how many there are, and what to press.
[[nodiscard]] std::vector<Row> paste_warning(const std::string& pasted, int most_rows);

/// "Ctrl-C again to leave", in place of the input.
[[nodiscard]] Row leave_question();

}  // namespace natscreds::chat
