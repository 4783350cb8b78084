#include "outbox.h"

#include <algorithm>
#include <utility>

namespace natscreds::chat {
namespace {

/// So many go out before one flush confirms them all.
constexpr std::size_t most_at_once = 64;

}  // namespace

void Outbox::put(Outgoing message) {
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
}

void Outbox::announce() {
    const std::lock_guard lock(mutex_);
    announce_ = true;
    changed_.notify_all();
}

Outbox::Work Outbox::wait(const std::stop_token& stop, Moment deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, deadline, [&] { return announce_ || !messages_.empty(); });
    const auto count = static_cast<std::ptrdiff_t>(std::min(messages_.size(), most_at_once));
    return {.messages = {messages_.begin(), messages_.begin() + count},
            .announce = std::exchange(announce_, false)};
}

void Outbox::confirm(std::size_t messages) {
    const std::lock_guard lock(mutex_);
    messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(messages));
    changed_.notify_all();
}

bool Outbox::wait_until_empty(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return messages_.empty(); });
}

}  // namespace natscreds::chat
