#include <natscreds/base/interval_clock.h>

#include <ctime>

namespace natscreds::base {

Instant SystemIntervalClock::now() const {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return Instant(std::chrono::seconds(now.tv_sec));
}

}  // namespace natscreds::base
