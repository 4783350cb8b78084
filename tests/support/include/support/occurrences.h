#pragma once

#include <cstddef>
#include <string_view>

namespace natscreds::support {

/// How often `part` stands in the text, also where one begins within another.
[[nodiscard]] constexpr std::size_t count(std::string_view text, std::string_view part) noexcept {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

}  // namespace natscreds::support
