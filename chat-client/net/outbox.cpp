#include <natscreds/chat-client/net/outbox.h>

#include <algorithm>
#include <utility>

#include <natscreds/bus/errc.h>

namespace natscreds::chat {
namespace {

/// So many go out before one flush confirms them all.
constexpr std::size_t max_at_once = 64;

base::Status publish_and_flush(const std::vector<Outgoing>& messages, const Way& way) {
    for (const Outgoing& message : messages) {
        if (base::Status status = way.publish(message); !status) return status;
    }
    return way.flush();
}

}  // namespace

bool is_transient(const base::Status& status) {
    if (status) return false;
    return status.error().code == bus::Errc::timeout || status.error().code == bus::Errc::disconnected;
}

base::Status send_in_order(const std::vector<Outgoing>& messages, const Way& way) {
    const base::Status sent = publish_and_flush(messages, way);
    if (is_transient(sent)) return sent;
    if (sent || messages.size() == 1) {
        for (const Outgoing& message : messages)
            way.settle(message, sent);
        return {};
    }
    for (const Outgoing& message : messages) {
        if (base::Status status = send_in_order({message}, way); !status) return status;
    }
    return {};
}

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
    const auto count = static_cast<std::ptrdiff_t>(std::min(messages_.size(), max_at_once));
    return {.messages = {messages_.begin(), messages_.begin() + count},
            .announce = std::exchange(announce_, false)};
}

void Outbox::confirm(Ticket ticket) {
    const std::lock_guard lock(mutex_);
    std::erase_if(messages_, [&](const Outgoing& message) { return message.ticket == ticket; });
    changed_.notify_all();
}

bool Outbox::wait_until_empty(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [&] { return messages_.empty(); });
}

}  // namespace natscreds::chat
