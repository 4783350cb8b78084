#pragma once

#include <iosfwd>

#include <natscreds/base/process.h>
#include <natscreds/base/result.h>

#include "conversation.h"

namespace natscreds::chat {

/// What each line is: what a person types and reads, or a JSON object for a bot (bot_line.h).
enum class PlainLines { text, json };

/// Where --plain reads and writes, and by which signals it is told to leave.
struct PlainStreams {
    int input;
    std::ostream& out;
    const base::SignalWait& signals;
    const Mailbox& mailbox;
    PlainLines lines = PlainLines::text;
};

/// Prints a line for all that others say, and says, or does, each line that is read, until the end of the input, /quit or
/// a signal.
void run_plain(Conversation& conversation, const PlainStreams& streams);

}  // namespace natscreds::chat
