#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// What is open in a chat, from one start to the next: channels and conversations in their order, and in each what was
/// begun to be written.
///
/// Shape:   a room with "read":{"id":"U...","at":1794000000} says how far one has read it.
///          {"version":1,"current":0,"rooms":[{"channel":"NATS","draft":"..."},{"person":"U...","name":"derek"}]}
/// Holds:   at most `most`, each place once. Names and drafts are harmless.
struct KeptRooms {
    static constexpr std::size_t most = 256;
    static constexpr std::size_t max_draft_bytes = 16'384;
    static constexpr std::size_t max_id_bytes = 256;

    struct Kept {
        Place place;
        std::string name = {};  ///< of the person, as they last called themselves
        std::string draft = {};
        ReadMark read = {};  ///< how far one has read
    };
    std::vector<Kept> rooms;
    std::size_t current = 0;  ///< the one that was looked at

    [[nodiscard]] std::string encode() const;
    /// Fails: Errc::not_rooms; the detail says what is wrong.
    [[nodiscard]] static base::Result<KeptRooms> parse(std::string_view text);
};

}  // namespace natscreds::chat
