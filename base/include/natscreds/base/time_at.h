#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include <natscreds/base/clock.h>

namespace natscreds::base {

/// The moment so many seconds after 1970 began (UTC), for a number that comes from outside.
///
/// Holds:   it lies in the years 0 to 9999, so that no sum or difference of such moments and of durations that are
///          bounded overflows.
/// Fails:   nothing for any other number of whatever type: one beyond 63 bits does not become a negative one.
template <std::integral N>
[[nodiscard]] constexpr std::optional<Time> time_at(N seconds) noexcept {
    constexpr std::int64_t start_of_0000 = -62'167'219'200;
    constexpr std::int64_t end_of_9999 = 253'402'300'799;
    if (std::cmp_less(seconds, start_of_0000) || std::cmp_greater(seconds, end_of_9999)) return std::nullopt;
    return Time(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace natscreds::base
