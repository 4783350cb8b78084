#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <natscreds/bus/subscription.h>

#include "doubles.h"
#include "link.h"

namespace natscreds::bus {

/// One worker of a subscription, over all links that its connection has one after the other.
///
/// Holds:   the handler runs once at a time. While there are two links, what comes over the newer one waits
///          until all that came over the older one has been handled, and what came over both is handled once: the
///          first Doubles::most of them.
/// Thread:  any.
class Feed {
  public:
    Feed(SubscriptionOptions interest, std::shared_ptr<const MessageHandler> handler);
    ~Feed();
    Feed(const Feed&) = delete;
    Feed& operator=(const Feed&) = delete;

    /// Listens over this link, too.
    [[nodiscard]] base::Status attach(Link& link);

    /// Ends in order what listens over older links.
    void drain_older(Timeout limit);
    /// Whether nothing over older links remained to be handled in time.
    [[nodiscard]] bool wait_for_older(Timeout timeout);
    /// The newer link is given up, and the older one stays: what came over both is handled once all the same.
    void give_up(const Link& newer);
    /// From now on nothing arrives any more that came over an older link as well.
    void overlap_is_over();

    /// Takes nothing new, over no link; what has arrived is handled. What is not within `limit` is lost.
    void drain(Timeout limit) noexcept;
    /// Whether all of it was handled in time.
    [[nodiscard]] bool wait_until_drained(std::chrono::steady_clock::time_point deadline);

    /// When it returns, the handler does not run and will not run any more.
    void stop() noexcept;

  private:
    struct Source {
        const Link* link = nullptr;
        std::shared_ptr<Listener> listener;
        bool given_up = false;
        bool ended = false;
        std::uint64_t handled = 0;
        std::optional<std::uint64_t> doubles_end;  ///< with this message
    };

    [[nodiscard]] std::vector<std::shared_ptr<Listener>> listeners() const;
    void handle(Source& source, ClientMessage& message);
    void ended(Source& source);
    [[nodiscard]] bool is_turn_of(const Source& source) const;
    [[nodiscard]] bool is_double(Source& source, const Message& message);

    const SubscriptionOptions interest_;
    const std::shared_ptr<const MessageHandler> handler_;
    std::mutex handling_;  ///< held while the handler runs
    std::mutex mutex_;     ///< guards what follows
    std::condition_variable turn_;
    std::deque<std::unique_ptr<Source>> sources_;  ///< the oldest first: it is its turn
    Doubles seen_;                                 ///< over an older link, while there was a newer one
    bool draining_ = false;
    bool stopped_ = false;
};

}  // namespace natscreds::bus
