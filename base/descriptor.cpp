#include <natscreds/base/descriptor.h>

#include <cerrno>

#include <sys/file.h>
#include <unistd.h>

namespace natscreds::base {

Descriptor::~Descriptor() {
    if (open()) ::close(number_);
}

bool Descriptor::lock() const noexcept {
    while (::flock(number_, LOCK_EX) != 0) {
        if (errno != EINTR) return false;
    }
    return true;
}

bool Descriptor::try_lock() const noexcept {
    return ::flock(number_, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace natscreds::base
