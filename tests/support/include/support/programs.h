#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <support/process.h>

namespace natscreds::support {

/// The path of a program of ours, as built beside these tests. Throws when it is not built.
[[nodiscard]] std::string program(std::string_view name);

/// A command of a program of ours, which learns nothing of servers and credentials from the environment.
[[nodiscard]] Command command(std::string_view name, const std::vector<std::string>& words);

/// The root of the source tree.
[[nodiscard]] std::string source_root();

/// The root of the build tree that these tests are part of.
[[nodiscard]] std::string build_folder();

}  // namespace natscreds::support
