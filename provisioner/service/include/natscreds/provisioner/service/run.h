#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/settings.h>

namespace natscreds::provisioner {

/// What the program sees of the world outside. Only `main` passes the real one.
struct World {
    bus::Environment environment;
    const base::Clock& clock;
    const base::IntervalClock& intervals;
    base::Random& random;
    std::ostream& out;  ///< results, and nothing else
    std::ostream& err;
};

/// Runs nats-provisioner until SIGTERM or SIGINT, and returns its exit code.
/// Thread: to be called before the process has other threads, for it waits for signals.
[[nodiscard]] int run(const std::vector<std::string>& arguments, const World& world);

}  // namespace natscreds::provisioner
