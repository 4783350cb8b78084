#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>

#include "client_library.h"
#include "client_options.h"
#include "client_types.h"
#include "listener.h"
#include "pending_requests.h"
#include "violation.h"
#include "weak_list.h"

namespace natscreds::bus {

/// How a link is made. `options` without who one is: that is the identity, from which each attempt to connect
/// takes the newest credentials.
struct LinkSetup {
    const ConnectionOptions& options;
    std::shared_ptr<LoginIdentity> identity;
    LinkOptions link;
    ConnectionEvents events;
    ClientLibrary& library = nats_library();
};

/// One connection of the client library's. It is made again by itself, unless the server refuses the same
/// credentials twice in a row: then it has ended (events.closed), and its owner makes another one.
class Link final : private ConnectionObserver {
  public:
    [[nodiscard]] static base::Result<std::shared_ptr<Link>> open(const LinkSetup& setup);
    ~Link();
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;

    [[nodiscard]] base::Status publish(const Message& message);
    [[nodiscard]] base::Status publish(const std::string& subject, std::string_view body);
    [[nodiscard]] base::Status request(const Message& message, RequestLimits limits,
                                       const MessageHandler& handler);
    [[nodiscard]] base::Result<std::shared_ptr<Listener>> listen(const SubscriptionOptions& interest,
                                                                 ListenerHandlers handlers);

    /// Waits until the server has taken in all that was sent.
    [[nodiscard]] base::Status sync(Timeout timeout);
    /// The same, and fails with the first refusal that nobody has been told of.
    [[nodiscard]] base::Status flush(Timeout timeout);
    /// The same, with the first refusal of a subscription to `subject`.
    [[nodiscard]] base::Status confirm(const std::string& subject, Timeout timeout);

    /// Fails: Errc::disconnected, timeout. After that it ends by itself; close() and the destructor wait for it.
    [[nodiscard]] base::Status drain(Timeout timeout);
    void close() noexcept;

    /// Waits until no request of this link waits any more. Whether that was in time.
    [[nodiscard]] bool wait_until_idle(Timeout timeout) { return requests_.wait_until_none(timeout); }

    [[nodiscard]] bool closed() const;
    [[nodiscard]] bool connected() const;
    /// Of the server that it is connected to, with a password that stands in it. Fails: Errc::disconnected.
    [[nodiscard]] base::Result<std::string> url() const;
    /// Whether it is we who end it.
    [[nodiscard]] bool ending() const noexcept { return ending_; }
    /// Counts up each time that the connection is lost: while it stays as it is, nothing was missed.
    [[nodiscard]] std::uint64_t losses() const noexcept { return losses_; }
    [[nodiscard]] double jitter() const noexcept { return login_.jitter; }
    [[nodiscard]] ClientConnection& client() const { return *client_; }

  private:
    explicit Link(const LinkSetup& setup);
    [[nodiscard]] base::Status connect(const LinkSetup& setup, std::shared_ptr<Link> self);
    [[nodiscard]] base::Status listen_for_replies();
    [[nodiscard]] std::vector<std::shared_ptr<Listener>> listeners();
    using Deadline = std::chrono::steady_clock::time_point;
    void drain_before(Deadline deadline);
    [[nodiscard]] bool drain_listeners(Deadline deadline);
    [[nodiscard]] bool listeners_ended(Deadline deadline);

    void on_disconnected() noexcept override;
    void on_reconnected() noexcept override;
    void on_closed() noexcept override;
    void on_error(int status, const std::string& said, const std::string& subject) noexcept override;

    void refused(const Violation& violation, const base::Error& error);
    void report(const base::Error& error);
    void reply_arrived(ClientMessage& message);
    [[nodiscard]] base::Error as_link_error(base::Error error) const;
    void await_refusals(std::unique_lock<std::mutex>& lock, Timeout timeout,
                        const std::function<bool()>& here);

    struct Refusal {
        Violation violation;
        base::Error error;
    };

    ClientLibrary& library_;
    base::SystemRandom random_;  ///< as nobody chooses the client library's either
    Login login_;
    const ConnectionEvents events_;
    const std::string inbox_prefix_;
    const std::string reply_inbox_;  ///< replies come to one subject below it for each request
    ClientConnection* client_ = nullptr;
    PendingRequests requests_{random_};
    std::atomic<std::uint64_t> losses_ = 0;
    std::atomic<bool> ending_ = false;  ///< by us, not by the server
    std::atomic<bool> away_ = false;    ///< it is lost, and not made again yet

    mutable std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    bool closed_ = false;
    bool told_ = false;  ///< that it is closed: no event will come any more
    std::deque<Refusal> refusals_;
    bool refused_before_ = false;
    std::optional<base::Error> inbox_refused_;
    WeakList<Listener> listeners_;
    std::shared_ptr<Listener> reply_listener_;
    std::shared_ptr<Link> held_by_client_;  ///< until the library has called for the last time
    std::optional<base::Status> drained_;   ///< what a drain came to
    std::jthread draining_;
};

/// A subject below `prefix` that nobody has used yet, nor can guess.
[[nodiscard]] std::string unused_inbox(const std::string& prefix);

}  // namespace natscreds::bus
