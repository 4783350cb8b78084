#include <natscreds/bus/subscription.h>

#include <algorithm>
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

void Subscription::drain(std::chrono::milliseconds limit) noexcept {
    for (const std::shared_ptr<Feed>& worker : workers_)
        worker->drain(limit);
}

bool Subscription::wait_until_drained(std::chrono::steady_clock::time_point deadline) {
    return std::ranges::all_of(workers_,
                               [&](const auto& worker) { return worker->wait_until_drained(deadline); });
}

}  // namespace natscreds::bus
