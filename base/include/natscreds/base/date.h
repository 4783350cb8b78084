#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/clock.h>

/// Moments as people read them. Always UTC, and says so.
namespace natscreds::base {

/// "2023-11-14 22:13:20 UTC"
[[nodiscard]] std::string date_of(Time time);

/// "2023-11-14T22:13:20Z". Source: RFC 3339.
[[nodiscard]] std::string rfc3339(Time time);

/// "2006-01-02T15:04:05", a zone, and perhaps a fraction of a second, which is left out.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);

/// "22:13:20 UTC" where it is less than twelve hours from now; otherwise date_of().
[[nodiscard]] std::string time_of(Time time, Time now);

/// How long, in its largest unit: "40 s", "5 min", "3 h", "12 days".
[[nodiscard]] std::string span_of(std::chrono::seconds span);

/// A time in which something holds.
struct Validity {
    std::optional<Time> not_before = {};
    std::optional<Time> expires = {};
};

/// Why it does not hold now: "expired 40 s ago, at 21:56:19 UTC", or "is not valid before 21:56:19 UTC, in 40 s".
/// Empty where it holds: it ends with the second that it names.
[[nodiscard]] std::string why_not_valid(const Validity& validity, Time now);

}  // namespace natscreds::base
