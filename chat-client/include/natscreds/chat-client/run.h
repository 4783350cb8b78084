#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/settings.h>

namespace natscreds::chat {

/// What the program sees of the world outside it.
struct World {
    bus::Environment environment;
    const base::Clock& clock;
    const base::IntervalClock& intervals;
    base::Random& random;
    int input;  ///< a descriptor: lines to read, or a terminal
    std::ostream& out;
    std::ostream& err;
};

/// nats-chat, from its arguments to its exit code.
[[nodiscard]] int run(const std::vector<std::string>& arguments, const World& world);

}  // namespace natscreds::chat
