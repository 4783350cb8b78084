#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/requests.h>

#include "violation.h"

namespace natscreds::bus {

/// The requests that wait for replies: what arrives on the client library's threads is handed to the callers
/// that wait in theirs.
///
/// Thread:  any.
class PendingRequests {
  public:
    /// One request, from before it is sent until its caller has what it waits for.
    class Waiting;

    explicit PendingRequests(base::Random& random) : random_(random) {}
    PendingRequests(const PendingRequests&) = delete;
    PendingRequests& operator=(const PendingRequests&) = delete;

    /// So many replies to one request wait for its caller at most.
    static constexpr std::size_t max_replies = 4096;

    /// A reply to the request with this token; one to no request, or too late, or for which there is no room, is
    /// dropped: those of other requests have their own.
    void deliver(std::string_view token, Message reply);

    /// The server's word that nobody listens where the request with this token went.
    void nobody_listens(std::string_view token);

    /// Ends all requests that the refusal concerns. Whether there was one.
    bool refuse(const Violation& refused, const base::Error& error);

    /// Ends all requests.
    void end_all(const base::Error& error);

    /// Waits until none is waiting. Whether that was in time.
    [[nodiscard]] bool wait_until_none(Timeout timeout);

  private:
    struct Entry {
        std::string subject;
        std::deque<Message> replies;
        std::optional<base::Error> error;
    };

    [[nodiscard]] Entry* find(std::string_view token);

    base::Random& random_;

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::string, Entry, std::less<>> entries_;  ///< by token
};

class PendingRequests::Waiting {
  public:
    Waiting(PendingRequests& requests, std::string subject);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    /// The last token of the subject that the replies come to. It is random, so that who was sent one request cannot
    /// answer another.
    [[nodiscard]] const std::string& token() const noexcept { return token_; }

    /// Hands the replies to `handler` as they come, on this thread.
    [[nodiscard]] base::Status collect(const RequestLimits& limits, const MessageHandler& handler);

  private:
    using Deadline = std::chrono::steady_clock::time_point;
    [[nodiscard]] base::Result<Message> next(Deadline deadline);

    PendingRequests& requests_;
    std::string token_;
};

}  // namespace natscreds::bus
