#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include <natscreds/base/result.h>
#include <natscreds/bus/subscription.h>

#include "client_types.h"

namespace natscreds::bus {

/// One subscription as the client library calls it back.
///
/// Holds:   after stop() the handler does not run and will not run any more. The client library holds a
///          reference of its own until it has called the last time.
class Listener {
  public:
    /// Handed the client library's own message; its reading is the handler's business.
    using Handler = std::function<void(ClientMessage&)>;

    [[nodiscard]] static base::Result<std::shared_ptr<Listener>> start(ClientConnection& connection,
                                                                       const Interest& interest,
                                                                       Handler handler);
    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    void stop() noexcept;

  private:
    explicit Listener(Handler handler) : handler_(std::move(handler)) {}
    static void on_message(ClientConnection*, ClientSubscription*, ClientMessage* message,
                           void* listener) noexcept;
    static void on_complete(void* listener) noexcept;
    void handle(ClientMessage& message);

    const Handler handler_;
    std::mutex mutex_;
    std::condition_variable idle_;
    bool running_ = false;
    bool stopped_ = false;
    ClientSubscription* subscription_ = nullptr;
    std::shared_ptr<Listener> held_by_client_;
};

}  // namespace natscreds::bus
