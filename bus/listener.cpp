#include "listener.h"

#include <utility>

#include <natscreds/bus/errc.h>
#include <natscreds/jwt/subject.h>

#include "client_error.h"

namespace natscreds::bus {

base::Result<std::shared_ptr<Listener>> Listener::start(const Place& place,
                                                        const SubscriptionOptions& interest,
                                                        ListenerHandlers handlers) {
    if (!jwt::valid_subject(interest.subject)) return base::Error{Errc::bad_subject, interest.subject};
    const std::shared_ptr<Listener> listener(new Listener(place.library, std::move(handlers)));
    listener->held_by_client_ = listener;
    const int status =
        place.library.subscribe(listener->subscription_, place.connection, interest, *listener);
    if (status != 0) {
        listener->held_by_client_.reset();
        return client_error(status, "subscribing to " + interest.subject);
    }
    // This fails when the connection has been closed meanwhile. Nobody then says when the library's thread
    // is done with the listener, so that its own reference stays: a few bytes rather than a dangling pointer.
    const bool will_complete = place.library.complete(*listener->subscription_, *listener);
    listener->enter(will_complete ? Phase::started : Phase::stopped);
    if (will_complete) return listener;
    place.library.unsubscribe(*listener->subscription_);
    return base::Error{Errc::closed, "subscribing to " + interest.subject};
}

Listener::~Listener() {
    library_.destroy(subscription_);
}

void Listener::drain(Timeout limit) noexcept {
    library_.drain(*subscription_, limit);
}

void Listener::stop() noexcept {
    library_.unsubscribe(*subscription_);
    enter(Phase::stopped);
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return !running_; });
}

void Listener::enter(Phase phase) {
    const std::lock_guard lock(mutex_);
    phase_ = phase;
    idle_.notify_all();
}

void Listener::wait_until_ended() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [this] { return ended_; });
}

bool Listener::wait_until_ended(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    return idle_.wait_until(lock, deadline, [this] { return ended_; });
}

std::uint64_t Listener::arrived() const noexcept {
    return library_.arrived(*subscription_);
}

std::size_t Listener::waiting() const noexcept {
    return library_.waiting(*subscription_);
}

void Listener::on_message(ClientMessage* message) noexcept {
    const MessageHandle owner(message);
    if (message != nullptr) call([this, message] { handlers_.message(*message); });
}

void Listener::on_complete() noexcept {
    const std::shared_ptr<Listener> last = std::exchange(held_by_client_, nullptr);
    if (handlers_.ended) call(handlers_.ended);
    const std::lock_guard lock(mutex_);
    ended_ = true;
    idle_.notify_all();
}

void Listener::call(const std::function<void()>& handler) {
    {
        std::unique_lock lock(mutex_);
        idle_.wait(lock, [this] { return phase_ != Phase::starting; });
        if (phase_ == Phase::stopped) return;
        running_ = true;
    }
    handler();
    const std::lock_guard lock(mutex_);
    running_ = false;
    idle_.notify_all();
}

}  // namespace natscreds::bus
