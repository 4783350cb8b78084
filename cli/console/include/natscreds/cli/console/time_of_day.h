#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <natscreds/base/clock.h>

namespace natscreds::console {

/// Seconds since midnight in an IANA time zone of the system's database; an empty name is this machine's own zone.
/// Nothing for a zone that is not there.
/// Thread: the program's only one, for the C library knows one time zone at a time.
[[nodiscard]] std::optional<std::chrono::seconds> time_of_day(const std::string& zone, base::Time now);

}  // namespace natscreds::console
