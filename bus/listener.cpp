#include "listener.h"

#include <utility>

#include <nats/nats.h>

#include <natscreds/bus/errc.h>
#include <natscreds/jwt/subject.h>

#include "client_error.h"

namespace natscreds::bus {

base::Result<std::shared_ptr<Listener>> Listener::start(ClientConnection& connection,
                                                        const Interest& interest, ListenerHandlers handlers) {
    if (!jwt::valid_subject(interest.subject)) return base::Error{Errc::bad_subject, interest.subject};
    const std::shared_ptr<Listener> listener(new Listener(std::move(handlers)));
    listener->held_by_client_ = listener;
    const char* subject = interest.subject.c_str();
    const natsStatus status =
        interest.queue.empty()
            ? natsConnection_Subscribe(&listener->subscription_, &connection, subject, on_message,
                                       listener.get())
            : natsConnection_QueueSubscribe(&listener->subscription_, &connection, subject,
                                            interest.queue.c_str(), on_message, listener.get());
    if (status != NATS_OK) {
        listener->held_by_client_.reset();
        return client_error(status, "subscribing to " + interest.subject);
    }
    // This fails when the connection has been closed meanwhile. Nobody then says when the library's thread
    // is done with the listener, so that its own reference stays: a few bytes rather than a dangling pointer.
    const bool will_complete =
        natsSubscription_SetOnCompleteCB(listener->subscription_, on_complete, listener.get()) == NATS_OK;
    if (will_complete) return listener;
    listener->stop();
    return base::Error{Errc::closed, "subscribing to " + interest.subject};
}

Listener::~Listener() {
    natsSubscription_Destroy(subscription_);
}

void Listener::drain(Timeout limit) noexcept {
    // An error means that the connection is closed, and with it this.
    (void)natsSubscription_DrainTimeout(subscription_, limit.count());
}

void Listener::stop() noexcept {
    // As above.
    (void)natsSubscription_Unsubscribe(subscription_);
    std::unique_lock lock(mutex_);
    stopped_ = true;
    idle_.wait(lock, [this] { return !running_; });
}

void Listener::wait_until_ended() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return ended_; });
}

std::uint64_t Listener::arrived() const noexcept {
    int waiting = 0;
    std::int64_t handed_over = 0;
    const natsStatus status =
        natsSubscription_GetStats(subscription_, &waiting, nullptr, nullptr, nullptr, &handed_over, nullptr);
    return status == NATS_OK ? static_cast<std::uint64_t>(waiting + handed_over) : 0;
}

std::size_t Listener::waiting() const noexcept {
    int messages = 0;
    const natsStatus status = natsSubscription_GetPending(subscription_, &messages, nullptr);
    return status == NATS_OK ? static_cast<std::size_t>(messages) : 0;
}

void Listener::on_message(ClientConnection*, ClientSubscription*, ClientMessage* message,
                          void* listener) noexcept {
    const MessageHandle owner(message);
    auto& self = *static_cast<Listener*>(listener);
    if (message != nullptr) self.call([&self, message] { self.handlers_.message(*message); });
}

void Listener::on_complete(void* listener) noexcept {
    const std::shared_ptr<Listener> last =
        std::exchange(static_cast<Listener*>(listener)->held_by_client_, nullptr);
    if (last->handlers_.ended) last->call(last->handlers_.ended);
    const std::lock_guard lock(last->mutex_);
    last->ended_ = true;
    last->idle_.notify_all();
}

void Listener::call(const std::function<void()>& handler) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        running_ = true;
    }
    handler();
    const std::lock_guard lock(mutex_);
    running_ = false;
    idle_.notify_all();
}

}  // namespace natscreds::bus
