#pragma once

#include <iosfwd>
#include <string>

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
    std::string operated_by = {};  ///< "ann@host", as commands are written down
};

}  // namespace natscreds::provisioner
