#include <natscreds/bus/backoff.h>

#include <algorithm>
#include <cmath>

namespace natscreds::bus {

std::chrono::milliseconds Backoff::delay(unsigned failures, double scatter) const noexcept {
    constexpr unsigned most_doublings = 30;
    const double grown =
        std::ldexp(static_cast<double>(first.count()), static_cast<int>(std::min(failures, most_doublings)));
    const double capped = std::min(grown, static_cast<double>(most.count()));
    return std::chrono::milliseconds(std::llround(capped * (0.75 + 0.5 * scatter)));
}

}  // namespace natscreds::bus
