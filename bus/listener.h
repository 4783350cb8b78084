#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include <natscreds/base/result.h>
#include <natscreds/bus/requests.h>
#include <natscreds/bus/subscription.h>

#include "client_library.h"
#include "client_types.h"

namespace natscreds::bus {

/// What a listener calls, on the thread that the client library has for this subscription.
struct ListenerHandlers {
    /// Handed the client library's own message; its reading is the handler's business.
    std::function<void(ClientMessage&)> message;
    /// No message will come any more. Not called after stop().
    std::function<void()> ended;
};

/// One subscription as the client library calls it back.
///
/// Holds:   after stop() no handler runs or will run any more. The client library holds a reference of its
///          own until it has called the last time.
class Listener final : private SubscriptionObserver {
  public:
    /// A connection, and the library that it is of.
    struct Place {
        ClientLibrary& library;
        ClientConnection& connection;
    };
    [[nodiscard]] static base::Result<std::shared_ptr<Listener>> start(const Place& place,
                                                                       const SubscriptionOptions& interest,
                                                                       ListenerHandlers handlers);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Takes nothing new; what has arrived is handled, and then it has ended. What is not handled within
    /// `limit` is lost.
    void drain(Timeout limit) noexcept;
    void stop() noexcept;

    /// For a listener whose connection has been closed: waits until no handler runs any more.
    void wait_until_ended();
    /// The same for one that is drained. Whether that was in time.
    [[nodiscard]] bool wait_until_ended(std::chrono::steady_clock::time_point deadline);

    /// How many messages have arrived so far, handled or not.
    [[nodiscard]] std::uint64_t arrived() const noexcept;
    /// How many of them wait to be handled.
    [[nodiscard]] std::size_t waiting() const noexcept;

  private:
    Listener(ClientLibrary& library, ListenerHandlers handlers)
        : library_(library), handlers_(std::move(handlers)) {}
    void on_message(ClientMessage* message) noexcept override;
    void on_complete() noexcept override;
    void call(const std::function<void()>& handler);

    ClientLibrary& library_;
    const ListenerHandlers handlers_;
    /// The client library may hand over a message before it has told us of its subscription.
    enum class Phase { starting, started, stopped };
    void enter(Phase phase);

    std::mutex mutex_;
    std::condition_variable idle_;
    Phase phase_ = Phase::starting;
    bool running_ = false;
    bool ended_ = false;
    ClientSubscription* subscription_ = nullptr;
    std::shared_ptr<Listener> held_by_client_;
};

}  // namespace natscreds::bus
