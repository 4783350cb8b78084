#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/peer_keys.h>
#include <natscreds/chat-client/model/seen_messages.h>

namespace natscreds::chat {

/// What one identity keeps of its sealed messages from one start to the next.
///
/// Shape:   {"version":1,"sequence":17,
///           "peers":{"U...":{"curve":"X...","announced":1794000000,"pinned":true,"insecure":true,"heard":1794000000,
///                            "offered":"X...","offered_at":1794000001}},
///           "seen":{"U...":{"from":0,"heard":1794000000,"marks":[[1794000000,"mKtl4Cq0Zb1x"]]}}}
/// Holds:   no secret, and nothing of what was said.
struct SealedState {
    PeerKeys peers = {};
    SeenMessages seen = {};
    std::uint64_t sequence = 0;  ///< up to which the stream has been read

    [[nodiscard]] std::string encode() const;
    /// Fails: Errc::not_sealed_state; the detail says what is wrong.
    [[nodiscard]] static base::Result<SealedState> parse(std::string_view text);
};

}  // namespace natscreds::chat
