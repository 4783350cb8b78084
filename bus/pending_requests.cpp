#include "pending_requests.h"

#include <utility>

#include "random_token.h"

namespace natscreds::bus {

PendingRequests::Entry* PendingRequests::find(std::string_view token) {
    const auto found = entries_.find(token);
    return found != entries_.end() ? &found->second : nullptr;
}

void PendingRequests::deliver(std::string_view token, Message reply) {
    const std::lock_guard lock(mutex_);
    Entry* const entry = find(token);
    if (entry == nullptr || entry->replies.size() >= max_replies) return;
    entry->replies.push_back(std::move(reply));
    arrived_.notify_all();
}

void PendingRequests::nobody_listens(std::string_view token) {
    const std::lock_guard lock(mutex_);
    Entry* const entry = find(token);
    if (entry == nullptr) return;
    entry->error = base::Error{Errc::no_responders, entry->subject};
    arrived_.notify_all();
}

bool PendingRequests::refuse(const Violation& refused, const base::Error& error) {
    const std::lock_guard lock(mutex_);
    bool concerned = false;
    for (auto& [token, entry] : entries_) {
        if (!refused.concerns(entry.subject)) continue;
        entry.error = error;
        concerned = true;
    }
    arrived_.notify_all();
    return concerned;
}

void PendingRequests::end_all(const base::Error& error) {
    const std::lock_guard lock(mutex_);
    for (auto& [token, entry] : entries_)
        entry.error = error;
    arrived_.notify_all();
}

bool PendingRequests::wait_until_none(Timeout timeout) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, timeout, [this] { return entries_.empty(); });
}

PendingRequests::Waiting::Waiting(PendingRequests& requests, std::string subject)
    : requests_(requests), token_(random_token(requests.random_)) {
    const std::lock_guard lock(requests_.mutex_);
    requests_.entries_[token_].subject = std::move(subject);
}

PendingRequests::Waiting::~Waiting() {
    const std::lock_guard lock(requests_.mutex_);
    requests_.entries_.erase(token_);
    requests_.arrived_.notify_all();
}

base::Result<Message> PendingRequests::Waiting::next(Deadline deadline) {
    std::unique_lock lock(requests_.mutex_);
    Entry& entry = requests_.entries_.at(token_);
    const bool arrived = requests_.arrived_.wait_until(
        lock, deadline, [&entry] { return !entry.replies.empty() || entry.error; });
    if (!arrived) return base::Error{Errc::timeout, entry.subject};
    if (entry.replies.empty()) return *entry.error;
    Message reply = std::move(entry.replies.front());
    entry.replies.pop_front();
    return reply;
}

base::Status PendingRequests::Waiting::collect(const RequestLimits& limits, const MessageHandler& handler) {
    const Deadline deadline = std::chrono::steady_clock::now() + limits.timeout;
    for (std::size_t handled = 0; handled < limits.replies; ++handled) {
        const base::Result<Message> reply = next(deadline);
        if (!reply && handled > 0 && reply.error().code == Errc::timeout) return {};
        if (!reply) return reply.error();
        handler(*reply);
        if (limits.last && limits.last(*reply)) return {};
    }
    return {};
}

}  // namespace natscreds::bus
