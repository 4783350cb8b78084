#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/cli/console/command.h>

namespace natscreds::console {

/// The shells for which there is completion, by their names.
[[nodiscard]] std::vector<std::string> shells();

/// A script that makes a shell complete a program's command lines: nothing for a shell that is none of shells().
///
/// Holds:   it offers the words of commands, but not what they may be called too; the options of the command that
///          is being written and of those before it, but no hidden ones; and where values are known, or files or
///          folders, these. Nothing runs while it completes but the shell itself.
[[nodiscard]] std::optional<std::string> completion(const Command& program, const std::string& shell);

}  // namespace natscreds::console
