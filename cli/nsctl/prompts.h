#pragma once

#include <string>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/cli/console/command.h>
#include <natscreds/cli/nsctl/nsctl.h>

namespace natscreds::nsctl {

/// A command line with --interactive, and what was answered on the terminal: each of the command's arguments that was not
/// given is asked for, and an empty line leaves it out. Any other command line as it is.
/// Fails: Errc::no_terminal; what asking says.
[[nodiscard]] base::Result<std::vector<std::string>> with_answers(const console::Command& program,
                                                                  std::vector<std::string> arguments,
                                                                  const World& world);

}  // namespace natscreds::nsctl
