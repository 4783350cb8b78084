#include <natscreds/bus/backoff.h>

#include <algorithm>
#include <cmath>

namespace natscreds::bus {

double Backoff::grown(unsigned failures) const noexcept {
    constexpr unsigned max_doublings = 30;
    const double doubled =
        std::ldexp(static_cast<double>(first.count()), static_cast<int>(std::min(failures, max_doublings)));
    return std::min(doubled, static_cast<double>(most.count()));
}

std::chrono::milliseconds Backoff::delay(unsigned failures, double jitter) const noexcept {
    return std::chrono::milliseconds(std::llround(grown(failures) * (0.75 + 0.5 * jitter)));
}

std::chrono::milliseconds Backoff::jittered(unsigned failures, double chance) const noexcept {
    return std::chrono::milliseconds(std::llround(grown(failures) * chance));
}

}  // namespace natscreds::bus
