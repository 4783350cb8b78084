#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <natscreds/cli/console/command.h>
#include <natscreds/cli/console/exit_code.h>
#include <natscreds/cli/console/reporter.h>

namespace natscreds::console {

/// What --help, --version, --completion or --man prints.
struct Answer {
    std::string text;
    bool help = false;
};

/// What is wrong with a command line.
struct Complaint {
    std::string text;                  ///< empty where nothing is wrong beside the next
    std::vector<std::string> unknown;  ///< words that are no command, no option and no argument
};

/// Nothing where a command line is right.
using Reading = std::variant<std::monostate, Answer, Complaint>;

/// Reads words in the order in which they stand, puts them where the command's options say, and then runs the
/// command that they name, where it runs something.
///
/// Holds:   "--" ends the options. The options of a command may stand behind the words of one below it, too.
[[nodiscard]] Reading parse(const Command& command, const std::vector<std::string>& words);

/// --completion and --man, which each program has: what they print is made from all of its table.
[[nodiscard]] OptionList generated_options();

/// Reads a program's command line, without the program's name: parse() of it, arranged() before.
///
/// Holds:   an Answer goes to `out`.
/// Returns: nothing when the program should go on; otherwise the exit code to end with, everything said.
[[nodiscard]] std::optional<ExitCode> read_command_line(const Command& program,
                                                        const std::vector<std::string>& arguments,
                                                        std::ostream& out, const Reporter& reporter);

}  // namespace natscreds::console
