#include <natscreds/chat-client/net/events.h>

#include <cstdint>
#include <utility>

#include <sys/eventfd.h>
#include <unistd.h>

namespace natscreds::chat {

Mailbox::Mailbox() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Mailbox::~Mailbox() {
    close(wake_);
}

void Mailbox::put(Event event) {
    const std::lock_guard lock(mutex_);
    if (events_.size() >= most && std::holds_alternative<Heard>(event)) {
        ++lost_;
        return;
    }
    events_.push_back(std::move(event));
    if (events_.size() > 1) return;
    const std::uint64_t one = 1;
    // Fails only when it is readable already.
    [[maybe_unused]] const ssize_t written = write(wake_, &one, sizeof one);
}

std::vector<Event> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = read(wake_, &count, sizeof count);
    return std::exchange(events_, {});
}

std::size_t Mailbox::take_lost() {
    const std::lock_guard lock(mutex_);
    return std::exchange(lost_, 0);
}

}  // namespace natscreds::chat
