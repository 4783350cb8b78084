#pragma once

#include <chrono>
#include <optional>
#include <thread>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/process.h>

namespace natscreds::chat {

/// When whoever waits has waited enough.
struct Limits {
    std::optional<std::chrono::milliseconds> deadline = {};
    int exit_code = 0;  ///< at the deadline
};

/// While it lives, SIGINT and SIGTERM end the process at once, and so does a deadline: for what may wait for a
/// server that does not answer, at the start and at the end. Not to be used while the terminal is ours.
///
/// Thread:  it makes one.
class Impatience {
  public:
    explicit Impatience(const base::SignalWait& signals, Limits limits = {});
    ~Impatience();
    Impatience(const Impatience&) = delete;
    Impatience& operator=(const Impatience&) = delete;

  private:
    void wait(const base::SignalWait& signals, const Limits& limits) const;

    base::Descriptor over_;
    std::thread thread_;
};

}  // namespace natscreds::chat
