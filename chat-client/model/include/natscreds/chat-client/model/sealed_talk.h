#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/effects.h>
#include <natscreds/chat-client/model/history.h>
#include <natscreds/chat-client/model/sealed.h>
#include <natscreds/chat-client/model/sealed_state.h>
#include <natscreds/chat-client/model/told_count.h>

namespace natscreds::chat {

/// The longest text that can be said there in one message, in bytes.
[[nodiscard]] inline std::size_t max_text_in(const Place& place) {
    return place.person ? max_sealed_text_bytes : max_text_bytes;
}

/// Sealed messages that a stream has kept for oneself, those that are newer than the last that were read.
struct SealedPage {
    std::vector<StoredMessage> messages;  ///< opened, the oldest first
    std::uint64_t sequence = 0;           ///< up to which the stream has been read
};

/// What a Chat knows of its sealed conversations.
struct SealedTalk {
    SealedState state = {};
    bool changed = false;  ///< `state`, since it was kept last

    struct Held {
        Send send;
        base::Time since;
    };
    std::vector<Held> held = {};                             ///< until their recipient's curve key is known
    std::size_t unsent = 0;                                  ///< what was held in vain
    std::map<nkeys::PublicKey, std::string> receipted = {};  ///< the last that somebody was told to be read
    ToldCount unopened = {};
    bool other_key_told = false;
    bool missing = false;  ///< nothing is kept for who is away
    bool missing_told = false;

    /// Whether something waits for a key.
    [[nodiscard]] bool holds() const noexcept { return !held.empty(); }
    [[nodiscard]] bool take_changed() noexcept { return std::exchange(changed, false); }
};

}  // namespace natscreds::chat
