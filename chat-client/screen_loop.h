#pragma once

#include <natscreds/base/clock.h>
#include <natscreds/base/process.h>
#include <natscreds/base/result.h>

#include "conversation.h"

namespace natscreds::chat {

/// Where the screen is, and by which signals it is told to leave.
struct ScreenStreams {
    int input;  ///< a terminal
    const base::SignalWait& signals;
    const base::SignalWait& job_signals;  ///< SIGTSTP, SIGCONT and SIGWINCH
    const Mailbox& mailbox;
    const base::Clock& clock;
    bool coloured;
};

/// Shows the chat on a terminal until one leaves, a signal says so, or the terminal is gone.
///
/// Holds:   a key is drawn at once, all else at most thirty times a second. The terminal is given back as it was.
/// Fails:   as Terminal::open.
[[nodiscard]] base::Status run_screen(Conversation& conversation, const ScreenStreams& streams);

}  // namespace natscreds::chat
