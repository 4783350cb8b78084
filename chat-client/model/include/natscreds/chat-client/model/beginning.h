#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/chat-client/model/kept_rooms.h>
#include <natscreds/chat-client/model/sealed_state.h>
#include <natscreds/chat-client/model/settings.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::chat {

/// With what a chat begins. The first channel is the one that is looked at; without any it is the one that was looked
/// at in the earlier chat. There is at least one of both together.
struct Beginning {
    nkeys::PublicKey self;
    std::string name;
    std::vector<std::string> channels{"KUBECON", "NATS", "General"};
    std::vector<nkeys::PublicKey> issuers = {};
    Settings settings = {};
    KeptRooms kept = {};      ///< of an earlier chat; they come behind the channels
    SealedState sealed = {};  ///< of an earlier chat
    std::optional<nkeys::PublicKey> curve =
        {};                      ///< one's own, for which others seal; nothing: direct messages are plain
    std::string id_prefix = {};  ///< of the ids of what is said; nobody else's, and of no earlier chat
};

}  // namespace natscreds::chat
