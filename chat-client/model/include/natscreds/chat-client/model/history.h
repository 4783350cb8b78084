#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/message.h>
#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// A message that a stream has kept.
///
/// NOT:     a message at the right place in time by its sender's word: `at` is when a server took it in.
struct StoredMessage {
    Message message;
    std::uint64_t sequence;
    base::Time at;
};

/// What was said in a channel before, as it was asked for.
struct HistoryPage {
    std::string channel;
    std::vector<StoredMessage> messages;       ///< the oldest first
    std::optional<std::uint64_t> before = {};  ///< where the next older one ends
    bool complete = false;                     ///< there is nothing older
    bool failed = false;                       ///< nothing could be read; later it may be
    bool newest = false;                       ///< nothing is newer
    bool since = false;                        ///< what was missed while no server was there
};

/// How far a search through the history has come.
struct SearchProgress {
    std::string channel;
    std::vector<StoredMessage> found;  ///< since the last time, the oldest first
    std::size_t read = 0;              ///< messages, all in all
    bool done = false;
};

/// What a chat knows of its history.
struct HistoryState {
    bool read = false;     ///< some of it has been read
    bool missing = false;  ///< nothing is kept
    bool told = false;     ///< that nothing is
    std::set<std::string> seeks_read =
        {};  ///< channels of which more is read until it is known where one left off

    struct Search {
        std::string channel;
        std::string words;
        std::uint64_t number = 0;  ///< of the line that says how far it is
        std::size_t found = 0;
        std::size_t shown = 0;
    };
    std::optional<Search> search = {};
    std::map<std::string, std::vector<StoredMessage>> notes =
        {};  ///< by channel; what they are about is not here yet
};

}  // namespace natscreds::chat
