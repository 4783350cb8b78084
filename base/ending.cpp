#include <natscreds/base/ending.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace natscreds::base {

Ending::Ending(std::initializer_list<int> signals) : signals_(signals), woken_(eventfd(0, EFD_CLOEXEC)) {
    if (woken_ < 0) std::abort();
}

Ending::~Ending() {
    close(woken_);
}

void Ending::enough() noexcept {
    const std::uint64_t one = 1;
    // It fails only when it would overflow: then the word has been given already.
    (void)!write(woken_, &one, sizeof one);
}

void Ending::failed(const Error& error) {
    {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = error;
    }
    enough();
}

Status Ending::wait() {
    std::array<pollfd, 2> descriptors{{{signals_.descriptor(), POLLIN, 0}, {woken_, POLLIN, 0}}};
    while (poll(descriptors.data(), descriptors.size(), -1) < 0 && errno == EINTR) {
    }
    if (descriptors[0].revents != 0) (void)signals_.next();
    signals_.release();
    const std::lock_guard lock(mutex_);
    return error_ ? Status(*error_) : Status();
}

}  // namespace natscreds::base
