#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include <natscreds/accounts/folders.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>

namespace natscreds::nsctl {

enum class Colour { off, on };

/// What the program sees of the world outside. Only `main` passes the real one.
struct World {
    accounts::Surroundings surroundings;
    const base::Clock& clock;
    base::Random& random;
    std::istream& in;
    std::ostream& out;  ///< results, and nothing else
    std::ostream& err;  ///< what was done, warnings and errors
    Colour colour = Colour::off;
};

/// Runs one command line, without the program's name, and returns the exit code: 0, or 1 after an error, as
/// nsc has it.
[[nodiscard]] int run(const std::vector<std::string>& arguments, World& world);

}  // namespace natscreds::nsctl
