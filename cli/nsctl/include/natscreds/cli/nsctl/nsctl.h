#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/folders.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

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
    /// Asks on the terminal for what is not shown; nothing where there is none.
    std::function<base::Result<base::Secret>(std::string_view)> ask_secret = {};
    /// Asks on the terminal for a line; nothing where there is none.
    std::function<base::Result<std::string>(std::string_view)> ask_line = {};
    /// For how long an agent has kept a key; null: there is no agent.
    const base::IntervalClock* intervals = nullptr;
    /// This program's file, to start an agent with.
    std::filesystem::path program = {};
};

/// Runs one command line, without the program's name, and returns the exit code: 0, or 1 after an error, as
/// nsc has it.
[[nodiscard]] int run(const std::vector<std::string>& arguments, World& world);

}  // namespace natscreds::nsctl
