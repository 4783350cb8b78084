#include <natscreds/bus/subscription.h>

#include <utility>

#include "listener.h"

namespace natscreds::bus {

Subscription::Subscription(std::shared_ptr<Listener> listener) noexcept : listener_(std::move(listener)) {}
Subscription::Subscription(Subscription&&) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    const Subscription ended(std::exchange(listener_, std::move(other.listener_)));
    return *this;
}

Subscription::~Subscription() {
    if (listener_ != nullptr) listener_->stop();
}

}  // namespace natscreds::bus
