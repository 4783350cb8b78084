#pragma once

#include <iosfwd>

#include <natscreds/base/process.h>
#include <natscreds/base/result.h>

#include "conversation.h"

namespace natscreds::chat {

/// Where --plain reads and writes, and by which signals it is told to leave.
struct PlainStreams {
    int input;
    std::ostream& out;
    const base::SignalWait& signals;
    const Mailbox& mailbox;
};

/// Prints a line for all that others say, and says each line that is read, until the end of the input, /quit or
/// a signal.
void run_plain(Conversation& conversation, const PlainStreams& streams);

}  // namespace natscreds::chat
