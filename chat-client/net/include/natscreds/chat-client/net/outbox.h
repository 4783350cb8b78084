#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// A message on its way: its bytes stay the same however often they are sent.
struct Outgoing {
    Ticket ticket;
    std::string subject;
    std::string body;
    std::optional<nkeys::PublicKey> keep_for = {};  ///< a stream keeps it for this person
};

/// How messages go to a server, and who is told what became of one for good: success, or why it was refused.
struct Way {
    std::function<base::Status(const Outgoing&)> publish;
    std::function<base::Status()> flush;
    std::function<void(const Outgoing&, const base::Status&)> settle;
};

/// Whether it failed because no server answers, and can be tried again.
[[nodiscard]] bool is_transient(const base::Status& status);

/// Sends all of them, and confirms them by one flush; message by message when one of several was refused, to
/// know which. A message that could not go now stops those behind it, so that they stay in order.
/// Fails: bus::Errc::timeout, disconnected: those that were not settled are to be sent again.
[[nodiscard]] base::Status send_in_order(const std::vector<Outgoing>& messages, const Way& way);

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
    /// This one is done with.
    void confirm(Ticket ticket);
    [[nodiscard]] bool wait_until_empty(std::chrono::milliseconds timeout);

  private:
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Outgoing> messages_;
    bool announce_ = false;
};

}  // namespace natscreds::chat
