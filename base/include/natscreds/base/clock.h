#pragma once

#include <chrono>

namespace natscreds::base {

/// A moment as JWTs count it: whole seconds since 1970, UTC.
using Time = std::chrono::sys_seconds;

/// Where the time comes from. Only `main` passes the real one.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Time now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] Time now() const override;
};

}  // namespace natscreds::base
