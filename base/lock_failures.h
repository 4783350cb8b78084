#pragma once

#include <atomic>

namespace natscreds::base {

/// That memory of a Secret could not be locked: told once, to whoever wants to know. It belongs to the whole process, as
/// the limit does. Thread: any.
class LockFailures {
  public:
    using Tell = void (*)(int error) noexcept;

    void tell_by(Tell tell) noexcept { tell_ = tell; }
    void happened(int error) noexcept {
        if (const Tell tell = tell_.exchange(nullptr)) tell(error);
    }

  private:
    std::atomic<Tell> tell_ = nullptr;
};

extern constinit LockFailures lock_failures;

}  // namespace natscreds::base
