#include <natscreds/chat-client/net/events.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace natscreds::chat {
namespace {

/// What is told of the connection, without being asked.
bool is_told(const Event& event) {
    const bool own = std::holds_alternative<Delivered>(event) || std::holds_alternative<Renewed>(event);
    const bool asked =
        std::holds_alternative<HistoryPage>(event) || std::holds_alternative<SearchProgress>(event);
    return !own && !asked && !std::holds_alternative<Heard>(event);
}

}  // namespace

Mailbox::Mailbox() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Mailbox::~Mailbox() {
    close(wake_);
}

void Mailbox::put(Event event) {
    const std::lock_guard lock(mutex_);
    const auto* const heard = std::get_if<Heard>(&event);
    if (heard != nullptr && !admit(*heard)) return;
    if (is_told(event)) forget_oldest_told();
    events_.push_back(std::move(event));
    if (events_.size() > 1) return;
    const std::uint64_t one = 1;
    // Fails only when it is readable already.
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
}

/// Whether there is room for it; then it is counted.
bool Mailbox::admit(const Heard& heard) {
    // What cannot be read has no sender: all of it together counts as one's.
    std::size_t& of_sender = of_sender_[heard.message ? std::optional(heard.message->sender) : std::nullopt];
    if (messages_ >= most || of_sender >= max_of_one) {
        ++lost_;
        return false;
    }
    ++messages_;
    ++of_sender;
    return true;
}

/// The newest say how it is.
void Mailbox::forget_oldest_told() {
    if (++told_ <= max_told) return;
    --told_;
    events_.erase(std::ranges::find_if(events_, is_told));
}

std::vector<Event> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(wake_, &count, sizeof count);
    messages_ = 0;
    told_ = 0;
    of_sender_.clear();
    return std::exchange(events_, {});
}

std::size_t Mailbox::take_lost() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lost_, 0);
}

}  // namespace natscreds::chat
