#pragma once

#include <optional>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A moment as people give it to --start and --expiry; nothing stands for "always".
///
/// Shape:   "" or "0": nothing. "2006-01-02" or "2006-01-02 15:04:05 UTC". A number and one of m h d w M y,
///          counted from `now`: minutes, hours, days, weeks, months, years; "0d" too is nothing.
/// Fails:   Errc::bad_moment.
/// Source:  nsc cmd/timeparams.go; but the whole text must be of the grammar, not only a part of it.
[[nodiscard]] base::Result<std::optional<base::Time>> parse_moment(std::string_view text, base::Time now);

}  // namespace natscreds::accounts
