#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>

namespace natscreds::bus {

/// A message that a JetStream stream keeps.
struct Stored {
    std::uint64_t sequence;  ///< counts up within the stream
    base::Time at;           ///< by the server's clock
    std::string subject;
    std::string body;
};

/// Which messages of a stream to read: those of a subject, which may have wildcards, from a sequence on.
struct StoredQuery {
    std::string stream;
    std::string subject;
    std::uint64_t from = 1;
    std::size_t most = 100;  ///< at most max_stored_at_once
};
inline constexpr std::size_t max_stored_at_once = 1000;

struct StoredPage {
    std::vector<Stored> messages;  ///< the oldest first
    bool at_end = false;           ///< there are no more now
};

/// Reads by direct gets, which need the permission to publish on `$JS.API.DIRECT.GET.STREAM` alone, and make no
/// consumer: one request for all of them where the server (2.11 and newer) takes that, otherwise one for each.
///
/// Fails: Errc::no_responders where there is no such stream, or none that allows direct gets (timeout on servers of 2.9
///        that have JetStream); permission_denied; timeout, disconnected, closed as Connection::request, failed for what the server says besides.
[[nodiscard]] base::Result<StoredPage> read_stored(Connection& connection, const StoredQuery& query,
                                                   Timeout timeout);

/// The newest message of a subject. Fails: as read_stored.
[[nodiscard]] base::Result<std::optional<Stored>> last_stored(Connection& connection,
                                                              const std::string& stream,
                                                              const std::string& subject, Timeout timeout);

/// The newest of the messages with this subject, which may have wildcards: asked for on a subject that ends with it, so
/// that who asks needs permission for those messages alone. Fails: as read_stored.
[[nodiscard]] base::Result<std::optional<Stored>> last_stored_of(Connection& connection,
                                                                 const std::string& stream,
                                                                 const std::string& subject, Timeout timeout);

/// How a stream is kept.
struct StreamConfig {
    std::string name;  ///< one or more of A-Z a-z 0-9 _ -
    std::vector<std::string> subjects;
    std::chrono::seconds max_age{0};    ///< 0: for ever
    std::int64_t max_for_subject = -1;  ///< messages; -1: no limit
    std::int64_t max_bytes = -1;        ///< -1: no limit
    int replicas = 1;
    std::string cluster = {};  ///< empty: whichever the server chooses
};

enum class StreamMade { made, changed };

/// Makes a stream of which nothing can be deleted or purged and everybody who may can read by direct gets; one that is
/// there gets these limits.
/// Fails: Errc::bad_option (its name), no_responders without JetStream, failed with the server's words.
[[nodiscard]] base::Result<StreamMade> make_stream(Connection& connection, const StreamConfig& config,
                                                   Timeout timeout);

}  // namespace natscreds::bus
