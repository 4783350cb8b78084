#pragma once

#include <algorithm>
#include <chrono>

#include <natscreds/base/interval_clock.h>

namespace natscreds::base {

/// When something is to be done that gets worse with waiting, as the renewal of what expires.
///
/// Holds:   it is due when either clock has gone so far from where it was: a date that is set back puts nothing off,
///          and a machine that was stopped and did not notice (a virtual one, by whoever runs it) is not late once its
///          date is right. A date that is set forward brings it forward, once.
class Due {
  public:
    Due(const Clocks& clocks, std::chrono::seconds wait)
        : at_(clocks.intervals.now() + wait), date_(clocks.wall.now() + wait) {}

    /// How long it is until then; zero when it is due.
    [[nodiscard]] std::chrono::seconds left(const Clocks& clocks) const {
        const std::chrono::seconds left = std::min(at_ - clocks.intervals.now(), date_ - clocks.wall.now());
        return std::max(left, std::chrono::seconds(0));
    }
    [[nodiscard]] bool now(const Clocks& clocks) const { return left(clocks).count() == 0; }

  private:
    Instant at_;
    Time date_;
};

}  // namespace natscreds::base
