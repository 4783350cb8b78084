#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace natscreds::base {

/// Does the same small thing again and again, on a thread of its own, for as long as this lives.
///
/// Holds:   the thread has the name, which is a literal of at most 15 characters (name_thread()).
/// Thread:  wake() and stop() any, also the task's own.
class PeriodicTask {
  public:
    PeriodicTask(const char* name, std::chrono::milliseconds pause, std::function<void()> task);

    /// Once more from its beginning, before the pause is over: also when it is being done at the moment.
    void wake();
    /// It is not begun again. Does not wait.
    void stop() noexcept { thread_.request_stop(); }
    /// The same, and waits until it is done.
    void end();

  private:
    void run(const std::stop_token& stop);

    const char* const name_;
    const std::chrono::milliseconds pause_;
    const std::function<void()> task_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable_any changed_;
    bool wanted_ = false;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace natscreds::base
