#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/bus/message.h>

namespace natscreds::bus {

class Feed;

/// What to listen for. Without a queue group every subscriber receives every message.
struct SubscriptionOptions {
    std::string subject;
    std::string queue;
    /// How many messages are handled at the same time, each on a thread of its own: as many members of the
    /// queue group. More than one only with a queue group.
    std::size_t workers = 1;
};

/// Called with each message of one subscription, one after the other, in order of arrival; with several
/// workers by each of them so. Messages that come meanwhile wait (65,536 for each worker; beyond that they are
/// lost, and ConnectionEvents::error says slow_consumer). It must not throw.
using MessageHandler = std::function<void(const Message&)>;

/// Listening, for as long as this lives.
///
/// Holds:   when the destructor returns, the handler does not run and will not run any more. It may end
///          before or after its Connection.
/// Thread:  not to be destroyed from inside its own handler.
class Subscription {
  public:
    Subscription(Subscription&&) noexcept;
    Subscription& operator=(Subscription&&) noexcept;
    ~Subscription();

    /// Takes nothing new from now on: the other members of its queue group have it. What has arrived is handled, but
    /// what is not handled within `limit` is lost. Does not wait.
    void drain(std::chrono::milliseconds limit) noexcept;
    /// Waits until all that had arrived before drain() is handled. Whether that was in time.
    [[nodiscard]] bool wait_until_drained(std::chrono::steady_clock::time_point deadline);

  private:
    friend class Connection;
    explicit Subscription(std::vector<std::shared_ptr<Feed>> workers) noexcept;

    std::vector<std::shared_ptr<Feed>> workers_;
};

}  // namespace natscreds::bus
