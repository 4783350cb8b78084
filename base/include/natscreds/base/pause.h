#pragma once

#include <chrono>
#include <stop_token>

namespace natscreds::base {

/// Waits so long, or until it is told to stop. Whether it was the whole time.
bool pause(const std::stop_token& stop, std::chrono::milliseconds time);

}  // namespace natscreds::base
