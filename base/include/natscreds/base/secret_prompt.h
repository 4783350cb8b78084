#pragma once

#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::base {

/// Asks on the process's terminal, whatever standard input and output are, for a line that is not shown. Ctrl-C is read
/// as a character, so that it leaves the terminal as it was; what else ends the process meanwhile leaves it silent.
///
/// Fails:   the system's error, where there is no terminal; std::errc::value_too_large for more than 1,024 bytes;
///          std::errc::interrupted for Ctrl-C or Ctrl-D.
/// Thread:  one at a time. For `main`, which hands it on.
[[nodiscard]] Result<Secret> ask_secret(std::string_view question);

}  // namespace natscreds::base
