#pragma once

#include <chrono>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>

namespace natscreds::nsctl {

/// For how long the chat's messages are kept: "30d", "12h". Fails: accounts::Errc::bad_moment; at least a minute.
[[nodiscard]] base::Result<std::chrono::seconds> history_age(const std::string& text, base::Time now);

}  // namespace natscreds::nsctl
