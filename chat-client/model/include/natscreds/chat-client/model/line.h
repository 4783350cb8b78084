#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/people.h>
#include <natscreds/chat-client/model/reactions.h>

namespace natscreds::chat {

/// Where something is said: a channel, or between oneself and one person.
struct Place {
    std::string channel;  ///< empty: `person`
    std::optional<nkeys::PublicKey> person = {};

    auto operator<=>(const Place&) const = default;
};

enum class LineKind {
    message,
    action,  ///< "/me waves"
    notice,  ///< of the program, not of a person
};

/// How far one's own message has come.
enum class Delivery { received, pending, sent, failed };

/// Names what was sent until it is known whether that has arrived.
using Ticket = std::uint64_t;

/// One line of a room, as long as it may be: it is wrapped when it is drawn.
struct Line {
    base::Time at;
    LineKind kind = LineKind::message;
    Author author = {};
    std::string text;  ///< harmless
    bool own = false;
    bool passing = false;  ///< an answer to what was typed: it goes with the next line that is
    bool mentions_me = false;
    Delivery delivery = Delivery::received;
    Ticket ticket = 0;
    std::uint64_t number = 0;                 ///< counts up within the room; lines that have gone leave gaps
    std::optional<MessageRef> ref = {};       ///< of what somebody said
    std::optional<MessageRef> reply_to = {};  ///< what it replies to
    std::uint64_t revision = 0;               ///< of the newest edit or deletion; 0: it is as it was said
    bool deleted = false;
    Reactions reactions = {};
    bool plain = false;          ///< a direct message that others could read on its way
    bool was_kept = false;       ///< it came while one was away
    bool asks_receipt = false;   ///< its sender wants to know that it was read
    bool was_read = false;       ///< one's own, by whom it was sent to
    std::uint64_t sequence = 0;  ///< in the stream that keeps it; 0 where that is not known
};

}  // namespace natscreds::chat
