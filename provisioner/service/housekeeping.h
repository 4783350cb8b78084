#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace natscreds::provisioner {

/// Does the same small thing again and again, on a thread of its own, for as long as this lives.
class Housekeeping {
  public:
    Housekeeping(std::chrono::milliseconds pause, std::function<void()> task);

  private:
    void run(const std::stop_token& stop);

    const std::chrono::milliseconds pause_;
    const std::function<void()> task_;
    std::mutex mutex_;
    std::condition_variable_any stopped_;
    std::jthread thread_;
};

}  // namespace natscreds::provisioner
