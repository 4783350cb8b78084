#pragma once

#include <string>
#include <variant>

#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// What the model wants done by those who have a connection.
struct Send {
    Ticket ticket;
    Place place;
    std::string text;
    std::string id = {};  ///< of this message, as nobody else's
    Annotation note = {};
};
struct Listen {
    std::string channel;
};
struct StopListening {
    std::string channel;
};
struct Announce {};  ///< somebody who is new wants to know who is there
struct MeasureRoundTrip {};
struct TellServer {};
struct Leave {};
using Effect = std::variant<Send, Listen, StopListening, Announce, MeasureRoundTrip, TellServer, Leave>;

}  // namespace natscreds::chat
