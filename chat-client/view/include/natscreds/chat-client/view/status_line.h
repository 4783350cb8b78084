#pragma once

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/link.h>
#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// The connection in one row, the most important first; what does not fit is left out whole.
struct StatusLine {
    const Link& link;
    std::string name;         ///< one's own
    std::size_t pending = 0;  ///< messages that no server has confirmed
    base::Time now;
};
[[nodiscard]] Row status_line(const StatusLine& status, int width);

/// "2 d", "11 h", "59 min", "42 s": what is left, rounded down; "none" when it is over.
[[nodiscard]] std::string time_left(std::chrono::seconds left);

}  // namespace natscreds::chat
