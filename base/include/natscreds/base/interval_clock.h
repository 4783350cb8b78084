#pragma once

#include <chrono>

#include <natscreds/base/clock.h>

namespace natscreds::base {

class IntervalClock;

/// A moment without a date: only how far two of them are apart says anything.
using Instant = std::chrono::time_point<IntervalClock, std::chrono::seconds>;

/// Measures how long ago something was, whatever is done to the machine's date.
///
/// Holds:   it goes forward only, and also while the machine sleeps: keys that were fetched before a night's sleep
///          are a night old after it. `Clock` is for the times that stand in tokens and records, which other machines
///          read too. The deadline of a wait is std::chrono::steady_clock's, which stands still while the machine
///          sleeps: sleep does not use up the time that others have to answer.
class IntervalClock {
  public:
    virtual ~IntervalClock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

/// The machine's. Source: clock_gettime(2), CLOCK_BOOTTIME.
class SystemIntervalClock final : public IntervalClock {
  public:
    [[nodiscard]] Instant now() const override;
};

/// Both, for those who need both.
struct Clocks {
    const Clock& wall;
    const IntervalClock& intervals;
};

}  // namespace natscreds::base
