#pragma once

#include <string>
#include <string_view>

namespace natscreds::support {

/// The path of a program of ours, as built beside these tests. Throws when it is not built.
[[nodiscard]] std::string program(std::string_view name);

/// The root of the source tree.
[[nodiscard]] std::string source_root();

/// The root of the build tree that these tests are part of.
[[nodiscard]] std::string build_folder();

}  // namespace natscreds::support
