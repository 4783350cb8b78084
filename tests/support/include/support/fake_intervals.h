#pragma once

#include <atomic>
#include <chrono>

#include <natscreds/base/interval_clock.h>

namespace natscreds::support {

/// An interval clock that goes forward when the test says so. Thread: any.
class FakeIntervals final : public base::IntervalClock {
  public:
    [[nodiscard]] base::Instant now() const override { return now_; }
    void advance(std::chrono::seconds by) { now_ = now_.load() + by; }

  private:
    std::atomic<base::Instant> now_{base::Instant(std::chrono::hours(100))};
};

}  // namespace natscreds::support
