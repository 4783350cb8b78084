#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/stored.h>

namespace natscreds::chat {

/// Where the messages of one subject come from.
struct StoredSource {
    /// At most so many from this sequence on, the oldest first.
    std::function<base::Result<bus::StoredPage>(std::uint64_t from, std::size_t most)> read;
    std::function<base::Result<std::optional<bus::Stored>>()> last;
};

struct OlderQuery {
    std::optional<std::uint64_t> before = {};  ///< nothing: the newest
    std::size_t most = 100;
    std::optional<base::Time> since = {};  ///< no more than back to then
};

struct OlderMessages {
    std::vector<bus::Stored> messages;         ///< the oldest first
    std::optional<std::uint64_t> before = {};  ///< where the next older ones end
    bool complete = false;                     ///< there are none older
};

/// Reads backwards what can be read forwards only: stretches that grow while there is little in them, and shrink where
/// there is much.
///
/// Holds:   about twice as many messages are read as are wanted, and of an empty stretch one.
/// Fails:   as the source.
[[nodiscard]] base::Result<OlderMessages> read_older(const StoredSource& source, const OlderQuery& query);

}  // namespace natscreds::chat
