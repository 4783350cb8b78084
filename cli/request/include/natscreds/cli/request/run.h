#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/settings.h>

namespace natscreds::request {

/// What the programs see of the world outside. Only `main` passes the real one.
struct World {
    bus::Environment environment;
    const base::Clock& clock;
    const base::IntervalClock& intervals;
    base::Random& random;
    std::istream* input = nullptr;  ///< nothing when standard input is a terminal
    std::ostream& out;              ///< results, and nothing else
    std::ostream& err;
};

/// Runs nats-req, nats-rply, nats-sub or nats-pub, whichever name it is called by, and returns the exit code.
/// Thread: to be called before the process has other threads, for nats-rply and nats-sub wait for signals.
[[nodiscard]] int run(std::string_view program, const std::vector<std::string>& arguments, World& world);

}  // namespace natscreds::request
