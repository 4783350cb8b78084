#pragma once

#include <chrono>
#include <functional>

namespace natscreds::support {

/// How long a test waits for what should come at once: only a failing test ever waits so long.
constexpr std::chrono::seconds default_timeout{60};

/// Whether `holds` became true before the deadline. For what cannot tell us by itself: another process's
/// files, a server's state. What can be waited for directly (a condition variable, a descriptor) should be.
[[nodiscard]] bool eventually(const std::function<bool()>& holds,
                              std::chrono::milliseconds deadline = default_timeout);

}  // namespace natscreds::support
