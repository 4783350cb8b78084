#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>

namespace natscreds::support {

/// A clock that stands where the test puts it. Thread: any.
class FakeClock final : public base::Clock {
  public:
    explicit FakeClock(base::Time now = base::Time{std::chrono::seconds{1'700'000'000}}) : now_(now) {}

    [[nodiscard]] base::Time now() const override { return now_; }
    void set(base::Time now) { now_ = now; }
    void advance(std::chrono::seconds by) { now_ = now_.load() + by; }

  private:
    std::atomic<base::Time> now_;
};

/// The same bytes every time for the same start, other bytes for another. Thread: one at a time.
class FixedRandom final : public base::Random {
  public:
    explicit FixedRandom(std::uint64_t start = 1) : state_(start) {}

    void fill(std::span<std::uint8_t> bytes) override;

  private:
    std::uint64_t state_;
};

}  // namespace natscreds::support
