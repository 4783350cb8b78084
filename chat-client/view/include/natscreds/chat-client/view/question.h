#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// What was pasted and is to be asked about, and as how many messages it would go.
struct PasteWarning {
    const std::string& text;
    std::size_t messages = 1;
    std::size_t lost = 0;  ///< bytes behind it that were too many
};

/// A paste before it is sent: its first lines, how many there are, and what to press.
[[nodiscard]] std::vector<Row> paste_warning(const PasteWarning& pasted, int max_rows);

/// "Ctrl-C again to leave", in place of the input.
[[nodiscard]] Row leave_question();

}  // namespace natscreds::chat
