#pragma once

#include <initializer_list>
#include <mutex>
#include <optional>

#include <natscreds/base/process.h>
#include <natscreds/base/result.h>

namespace natscreds::base {

/// What a program that runs until further notice waits for: a signal, or word from one of its handlers.
///
/// Holds:   the first reason counts. After wait() a further signal ends the process at once, as it would any
///          other.
/// Thread:  to be made before the process has other threads; enough() and failed() are for any of them.
class Ending {
  public:
    explicit Ending(std::initializer_list<int> signals);
    ~Ending();
    Ending(const Ending&) = delete;
    Ending& operator=(const Ending&) = delete;

    /// All is done.
    void enough() noexcept;
    /// It cannot go on.
    void failed(const Error& error);

    /// Waits for one of them. The error of failed(), otherwise success.
    [[nodiscard]] Status wait();

  private:
    SignalWait signals_;
    int woken_;
    std::mutex mutex_;
    std::optional<Error> error_;
};

}  // namespace natscreds::base
