#pragma once

#include <string_view>

namespace natscreds::base {

/// Whether a text is as a pattern says, in which `*` stands for any characters, or none. Nothing else is special.
[[nodiscard]] bool wildcard_matches(std::string_view pattern, std::string_view text) noexcept;

}  // namespace natscreds::base
