#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>

#include <sys/timerfd.h>
#include <unistd.h>

namespace natscreds::support {

/// Beats time, for what has to happen at a certain speed. Fails: throws, which fails the test.
class Metronome {
  public:
    explicit Metronome(std::chrono::milliseconds interval)
        : timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC)) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(interval);
        const timespec beat{.tv_sec = seconds.count(),
                            .tv_nsec = std::chrono::nanoseconds(interval - seconds).count()};
        const itimerspec setting{.it_interval = beat, .it_value = beat};
        if (timerfd_settime(timer_, 0, &setting, nullptr) != 0) throw std::runtime_error("no timer");
    }
    ~Metronome() { close(timer_); }
    Metronome(const Metronome&) = delete;
    Metronome& operator=(const Metronome&) = delete;

    /// Waits for the next beat. Returns how many there were since the last call: more than one when it came late.
    std::uint64_t wait() const {
        std::uint64_t beats = 0;
        if (read(timer_, &beats, sizeof beats) != sizeof beats) throw std::runtime_error("no beat");
        return beats;
    }

  private:
    int timer_;
};

}  // namespace natscreds::support
