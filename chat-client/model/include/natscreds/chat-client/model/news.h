#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <natscreds/chat-client/model/message.h>
#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

enum class NewsKind { said, edited, deleted, reacted, topic };

/// A line that has just been added or changed, for those who print or ring.
struct News {
    Place place;
    std::string title;
    Line line;
    NewsKind kind = NewsKind::said;
    Author by = {};  ///< of a reaction or a topic
    std::optional<nkeys::PublicKey> by_key = {};
    std::string text = {};   ///< the reaction's sign, the topic
    bool withdrawn = false;  ///< the reaction
};

/// How an action begins, in what is sent: older clients show it so.
inline constexpr std::string_view action_sign = "/me ";

/// Something to say in a place. `text` of an action is what one does: "waves".
struct Utterance {
    Place place;
    std::string text;
    LineKind kind = LineKind::message;
    Annotation note = {};  ///< its revision is found by the Chat
};

struct Sent {
    Ticket ticket;
    std::string id;
};

struct Settled {
    Ticket ticket;
    Delivery delivery;
};

}  // namespace natscreds::chat
