#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

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

    PendingRequests() = default;
    PendingRequests(const PendingRequests&) = delete;
    PendingRequests& operator=(const PendingRequests&) = delete;

    /// A reply to the request with this number; one that comes too late is dropped.
    void deliver(std::string_view number, Message reply);

    /// The server's word that nobody listens where the request with this number went.
    void nobody_listens(std::string_view number);

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

    [[nodiscard]] Entry* find(std::string_view number);

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::map<std::uint64_t, Entry> entries_;
    std::uint64_t next_number_ = 0;
};

class PendingRequests::Waiting {
  public:
    Waiting(PendingRequests& requests, std::string subject);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

    /// The last token of the subject that the replies come to.
    [[nodiscard]] std::string number() const { return std::to_string(number_); }

    /// Hands the replies to `handler` as they come, on this thread.
    [[nodiscard]] base::Status collect(const RequestLimits& limits, const MessageHandler& handler);

  private:
    using Deadline = std::chrono::steady_clock::time_point;
    [[nodiscard]] base::Result<Message> next(Deadline deadline);

    PendingRequests& requests_;
    std::uint64_t number_;
};

}  // namespace natscreds::bus
