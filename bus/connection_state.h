#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <natscreds/bus/connection.h>

#include "client_options.h"
#include "feed.h"
#include "link.h"
#include "weak_list.h"

namespace natscreds::bus {

/// A lock that is waited for until a deadline at most.
class TimedLock {
  public:
    void lock() { (void)try_lock_until(std::chrono::steady_clock::time_point::max()); }
    [[nodiscard]] bool try_lock_until(std::chrono::steady_clock::time_point deadline);
    void unlock();

  private:
    std::mutex mutex_;
    std::condition_variable unlocked_;
    bool locked_ = false;
};

/// What outlives a move of the Connection: the link that it has at the moment, the subscriptions that every
/// next link takes over, and the thread that makes one when the server has ended the last.
class Connection::State {
  public:
    State(ConnectionOptions&& options, ConnectionEvents&& events);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] base::Status connect();
    [[nodiscard]] base::Result<std::vector<std::shared_ptr<Feed>>> subscribe(
        const SubscriptionOptions& interest, MessageHandler handler);
    [[nodiscard]] base::Status switch_to(jwt::Credentials credentials);
    [[nodiscard]] base::Status drain(Timeout timeout);
    void close() noexcept;

    /// The newest; after close() a closed one.
    [[nodiscard]] std::shared_ptr<Link> link() const;
    [[nodiscard]] const std::string& inbox_prefix() const { return inbox_prefix_; }
    [[nodiscard]] Timeout timeout() const { return options_.timeout; }

  private:
    using Feeds = std::vector<std::shared_ptr<Feed>>;

    [[nodiscard]] base::Result<std::shared_ptr<Link>> open_link(const std::string& first_server = {});
    [[nodiscard]] ConnectionEvents events_of(std::uint64_t number);
    [[nodiscard]] base::Status replace_link();
    [[nodiscard]] base::Result<Feeds> hand_over_to(const std::shared_ptr<Link>& next);
    void attach_missing(Link& next, Feeds& attached);
    void give_up(Link& next, const Feeds& attached);
    void retire(Link& old, const Feeds& feeds);

    void keep(const std::stop_token& stop);
    [[nodiscard]] bool wait_until_lost(const std::stop_token& stop);
    void wait_before_attempt(const std::stop_token& stop, unsigned failures);

    void on_disconnected(std::uint64_t number);
    void on_reconnected(std::uint64_t number);
    void back_again();
    void on_lost(std::uint64_t number);
    void on_error(std::uint64_t number, const base::Error& error);
    [[nodiscard]] bool is_current(std::uint64_t number) const;
    void tell(const std::function<void()>& handler);
    bool end() noexcept;
    void tell_end();
    void close_links() noexcept;

    const ConnectionEvents events_;
    std::mutex telling_;  ///< one event at a time
    const std::string inbox_prefix_;
    const std::shared_ptr<LoginIdentity> identity_;
    const ConnectionOptions options_;  ///< without what the identity took
    std::uint64_t opened_ = 0;         ///< links so far; guarded by changing_

    TimedLock changing_;  ///< held while links are replaced: one after the other

    mutable std::mutex mutex_;  ///< guards what follows
    std::condition_variable_any changed_;
    std::shared_ptr<Link> link_;
    WeakList<Link> links_;       ///< all that may still tell something
    std::uint64_t current_ = 0;  ///< the number of link_
    bool away_ = false;          ///< disconnected() has been told, and reconnected() not yet
    bool lost_ = false;          ///< link_ was ended by the server
    bool ended_ = false;         ///< by us: link_ is the last
    WeakList<Feed> feeds_;

    std::jthread keeper_;
};

}  // namespace natscreds::bus
