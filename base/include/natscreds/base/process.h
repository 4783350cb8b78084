#pragma once

#include <csignal>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::base {

/// Forbids core dumps and reading this process's memory by others of the same user, so that secrets stay
/// inside. Every program calls it first.
[[nodiscard]] Status harden_process();

/// From now on the process says once, on standard error, when memory for a Secret cannot be locked: why, and what to
/// do. For `main`, as a library says nothing.
void tell_of_unlocked_secrets();

/// A variable of this process's environment; nothing where it is not set. For `main`, which hands it on.
[[nodiscard]] std::optional<std::string> environment_variable(std::string_view name);

/// Who runs this process, and where: "ann@host"; a number stands for a user without a name. For `main`, which hands it
/// on.
[[nodiscard]] std::string user_at_host();

/// Signals that are waited for instead of interrupting.
///
/// Holds:   from construction on, the signals are blocked in this thread and in all threads made after it;
///          so make it in `main`, before any other thread.
class SignalWait {
  public:
    explicit SignalWait(std::initializer_list<int> signals);
    ~SignalWait();
    SignalWait(const SignalWait&) = delete;
    SignalWait& operator=(const SignalWait&) = delete;

    /// A descriptor that becomes readable when a signal is there, for poll(2).
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

    /// Waits for the next signal and returns its number.
    [[nodiscard]] int next() const;

    /// From now on, in this thread, the signals do again what they do to any process.
    void release() const;

  private:
    sigset_t signals_;
    int descriptor_;
};

}  // namespace natscreds::base
