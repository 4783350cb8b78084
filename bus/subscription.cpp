#include <natscreds/bus/subscription.h>

#include <utility>

#include "feed.h"

namespace natscreds::bus {

Subscription::Subscription(std::vector<std::shared_ptr<Feed>> workers) noexcept
    : workers_(std::move(workers)) {}
Subscription::Subscription(Subscription&&) noexcept = default;

Subscription& Subscription::operator=(Subscription&& other) noexcept {
    const Subscription ended(std::exchange(workers_, std::move(other.workers_)));
    return *this;
}

Subscription::~Subscription() {
    for (const std::shared_ptr<Feed>& worker : workers_)
        worker->stop();
}

}  // namespace natscreds::bus
