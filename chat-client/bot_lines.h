#pragma once

#include <cstddef>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>

#include <natscreds/chat-client/model/bot_line.h>

#include "conversation.h"

namespace natscreds::chat {

/// What a bot asks of a conversation, line by line, and the answers.
///
/// Holds:   each request has one answer, in which its tag comes back: when a server has what was to be sent, or when it
///          is known that it will not. So many wait at most as the chat may have on its way.
class BotLines {
  public:
    /// Says hello. Both must outlive it.
    BotLines(Conversation& conversation, std::ostream& out);

    void take(Conversation& conversation, std::string_view line);
    /// Answers for what a server has taken or refused since.
    void print_settled(Conversation& conversation);

  private:
    void answer(const BotAnswer& answer);

    std::ostream& out_;
    std::map<Ticket, BotAnswer> waiting_;
};

}  // namespace natscreds::chat
