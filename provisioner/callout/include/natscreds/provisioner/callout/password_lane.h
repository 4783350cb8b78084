#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace natscreds::provisioner {

/// Threads that hash passwords, so that clients with tokens and certificates never wait for it.
///
/// Holds:   `hashers` passwords are worked on at a time, each with a hash's memory, and `max_waiting` wait, in the order
///          of their arrival. What has been put is run, if only when this ends.
/// Thread:  any.
class PasswordLane {
  public:
    /// A hash takes some 20 ms: of a processor of its own 50 a second.
    static constexpr std::size_t hashers = 2;
    /// More than these would wait for longer than servers do.
    static constexpr std::size_t max_waiting = 256;

    PasswordLane();
    PasswordLane(const PasswordLane&) = delete;
    PasswordLane& operator=(const PasswordLane&) = delete;
    ~PasswordLane();

    /// Whether there was room for it. Must not throw.
    [[nodiscard]] bool put(std::function<void()> task);

    [[nodiscard]] std::size_t waiting() const;

    /// Takes nothing more, and returns when all that was put has been run. Thread: one, once.
    void finish();

  private:
    void run(const std::stop_token& stop);

    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::function<void()>> tasks_;
    bool finished_ = false;
    std::vector<std::jthread> threads_;  ///< last: they use the others
};

}  // namespace natscreds::provisioner
