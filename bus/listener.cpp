#include "listener.h"

#include <utility>

#include <nats/nats.h>

#include <natscreds/bus/errc.h>
#include <natscreds/jwt/subject.h>

#include "client_error.h"

namespace natscreds::bus {

base::Result<std::shared_ptr<Listener>> Listener::start(ClientConnection& connection,
                                                        const Interest& interest, Handler handler) {
    if (!jwt::valid_subject(interest.subject)) return base::Error{Errc::bad_subject, interest.subject};
    const std::shared_ptr<Listener> listener(new Listener(std::move(handler)));
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
    (void)natsSubscription_SetOnCompleteCB(listener->subscription_, on_complete, listener.get());
    return listener;
}

Listener::~Listener() {
    natsSubscription_Destroy(subscription_);
}

void Listener::stop() noexcept {
    // An error means that the connection is closed, and with it this.
    (void)natsSubscription_Unsubscribe(subscription_);
    std::unique_lock lock(mutex_);
    stopped_ = true;
    idle_.wait(lock, [this] { return !running_; });
}

void Listener::on_message(ClientConnection*, ClientSubscription*, ClientMessage* message,
                          void* listener) noexcept {
    const MessageHandle owner(message);
    if (message != nullptr) static_cast<Listener*>(listener)->handle(*message);
}

void Listener::on_complete(void* listener) noexcept {
    const std::shared_ptr<Listener> last =
        std::exchange(static_cast<Listener*>(listener)->held_by_client_, nullptr);
}

void Listener::handle(ClientMessage& message) {
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return;
        running_ = true;
    }
    handler_(message);
    const std::lock_guard lock(mutex_);
    running_ = false;
    idle_.notify_all();
}

}  // namespace natscreds::bus
