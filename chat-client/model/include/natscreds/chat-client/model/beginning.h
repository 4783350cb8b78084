#pragma once

#include <string>
#include <vector>

#include <natscreds/chat-client/model/kept_rooms.h>
#include <natscreds/chat-client/model/room.h>
#include <natscreds/chat-client/model/settings.h>

namespace natscreds::chat {

/// A line that has just been added, for those who print or ring.
struct News {
    Place place;
    std::string title;
    Line line;
};

/// With what a chat begins. The first channel is the one that is looked at; without any it is the one that was looked
/// at in the earlier chat. There is at least one of both together.
struct Beginning {
    nkeys::PublicKey self;
    std::string name;
    std::vector<std::string> channels{"KUBECON", "NATS", "General"};
    std::vector<nkeys::PublicKey> issuers = {};
    Settings settings = {};
    KeptRooms kept = {};  ///< of an earlier chat; they come behind the channels
};

}  // namespace natscreds::chat
