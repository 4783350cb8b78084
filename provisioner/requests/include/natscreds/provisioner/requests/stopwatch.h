#pragma once

#include <chrono>
#include <utility>

namespace natscreds::provisioner {

/// Measures how long each part of some work took; for metrics only, nothing is decided by it.
class Stopwatch {
  public:
    [[nodiscard]] std::chrono::nanoseconds lap() {
        const auto now = std::chrono::steady_clock::now();
        return now - std::exchange(since_, now);
    }

  private:
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace natscreds::provisioner
