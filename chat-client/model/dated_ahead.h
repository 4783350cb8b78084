#pragma once

#include <chrono>

namespace natscreds::chat {

/// Others' clocks go differently; what is dated further ahead would stand against all that comes after it.
inline constexpr std::chrono::hours max_dated_ahead{1};

}  // namespace natscreds::chat
