#pragma once

#include <string>
#include <string_view>

namespace natscreds::base {

/// A to Z as a to z, and everything else as it is, whatever the locale.
[[nodiscard]] constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::string lower(std::string_view text);

[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b) noexcept;

}  // namespace natscreds::base
