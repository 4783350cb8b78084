#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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
    std::optional<nkeys::PublicKey> seal_for = {};  ///< a curve key; nothing: it goes as it is
    bool asks_receipt = false;
};
struct Listen {
    std::string channel;
};
struct StopListening {
    std::string channel;
};
/// What was said before in a channel: the newest, or what is older than `before`.
struct FetchHistory {
    std::string channel;
    std::optional<std::uint64_t> before = {};
    std::size_t most = 100;
    std::optional<base::Time> since = {};  ///< as much more as was said since then
};
/// Looks for words in all that was said in a channel.
struct SearchHistory {
    std::string channel;
    std::string words;
};
struct EndSearch {};
struct Announce {};       ///< somebody who is new wants to know who is there
struct RenewCurveKey {};  ///< one has another curve key from now on
struct MeasureRoundTrip {};
struct TellServer {};
struct Leave {};
using Effect = std::variant<Send, Listen, StopListening, FetchHistory, SearchHistory, EndSearch, Announce,
                            RenewCurveKey, MeasureRoundTrip, TellServer, Leave>;

}  // namespace natscreds::chat
