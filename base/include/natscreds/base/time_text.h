#pragma once

#include <string>

#include <natscreds/base/clock.h>

namespace natscreds::base {

/// "2023-11-14 22:13:20 UTC".
[[nodiscard]] std::string date_text(Time time);

/// A moment as seen from another: "40 s ago, at 21:56:19 UTC", "in 3 min, at 22:00:00 UTC"; with its date where that is
/// another one than that of `now`.
[[nodiscard]] std::string moment_text(Time time, Time now);

/// How long that is, in its largest unit: "40 s", "3 min", "5 h", "12 days".
[[nodiscard]] std::string span_text(std::chrono::seconds span);

}  // namespace natscreds::base
