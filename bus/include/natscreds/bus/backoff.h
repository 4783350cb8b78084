#pragma once

#include <chrono>

namespace natscreds::bus {

/// How long to wait before trying again: twice as long each time, from `first` to `most`.
struct Backoff {
    std::chrono::milliseconds first;
    std::chrono::milliseconds most;

    /// After so many failures (0: before the first attempt), a quarter more or less: `jitter`, between 0 and
    /// 1, says how much, so that many who failed together do not come back together.
    [[nodiscard]] std::chrono::milliseconds delay(unsigned failures, double jitter) const noexcept;
    /// The same with the whole of it left to chance, between 0 and 1: for many that begin to fail, and to wait, at one
    /// moment.
    [[nodiscard]] std::chrono::milliseconds jittered(unsigned failures, double chance) const noexcept;

  private:
    [[nodiscard]] double grown(unsigned failures) const noexcept;
};

/// Between two attempts to connect to all known servers.
inline constexpr Backoff reconnect_backoff{std::chrono::milliseconds(100), std::chrono::seconds(10)};

}  // namespace natscreds::bus
