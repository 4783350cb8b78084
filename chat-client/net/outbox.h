#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// A message on its way: its bytes stay the same however often they are sent.
struct Outgoing {
    Ticket ticket;
    std::string subject;
    std::string body;
};

/// What waits to be sent and confirmed, in order.
///
/// Thread:  any.
class Outbox {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    void put(Outgoing message);
    /// Presence is to be said soon.
    void announce();

    struct Work {
        std::vector<Outgoing> messages;  ///< they stay until confirmed
        bool announce = false;
    };
    /// What there is to do; waits for it, until `deadline` or the stop.
    [[nodiscard]] Work wait(const std::stop_token& stop, Moment deadline);
    /// The first so many are done with.
    void confirm(std::size_t messages);
    [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds timeout);

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Outgoing> messages_;
    bool announce_ = false;
};

}  // namespace natscreds::chat
