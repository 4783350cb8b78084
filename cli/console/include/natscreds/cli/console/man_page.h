#pragma once

#include <string>

#include <natscreds/cli/console/command.h>

namespace natscreds::console {

/// A program's manual page, for man: what --help of each of its commands says, in one.
///
/// Shape:   roff with the macros of man, in section 1.
/// Holds:   what is hidden from help is not in there.
[[nodiscard]] std::string man_page(const Command& program);

}  // namespace natscreds::console
