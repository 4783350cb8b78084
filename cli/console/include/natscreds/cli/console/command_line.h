#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/cli/console/exit_code.h>
#include <natscreds/cli/console/reporter.h>

namespace CLI {
class App;
}

namespace natscreds::console {

/// Reads a command line, without the program's name, into what the app's options are bound to.
///
/// Holds:   options may be written as arranged() says. --help goes to `out`; so does --version, where the app
///          has that flag.
/// Returns: nothing when the program should go on; otherwise the exit code to end with, everything said.
[[nodiscard]] std::optional<ExitCode> read_command_line(CLI::App& app,
                                                        const std::vector<std::string>& arguments,
                                                        std::ostream& out, const Reporter& reporter);

}  // namespace natscreds::console
