#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

/// Values as nsc writes and reads them.
namespace natscreds::nsctl {

/// "4.1 kB": three digits at most, in powers of a thousand. Source: dustin/go-humanize.
[[nodiscard]] std::string size_text(std::int64_t bytes);

/// "2006-01-02 15:04:05 UTC"; empty for never.
[[nodiscard]] std::string moment_text(const std::optional<base::Time>& moment);

/// "1m30s", "500ms". Source: Go's time.Duration.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds duration);

/// The same read: numbers, with a fraction or not, each with one of ns us ms s m h. Fails:
/// Errc::bad_duration.
[[nodiscard]] base::Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// Bytes: a number, whole or with a fraction, and behind it one of k m g t p e (thousands; 1024s with an i), with
/// or without a b, in any case, a blank before it or not; -1 for no limit. "64MB", "1.5G", "1 KiB".
/// Source: dustin/go-humanize. Fails: Errc::bad_number.
[[nodiscard]] base::Result<std::int64_t> parse_size(std::string_view text);

}  // namespace natscreds::nsctl
