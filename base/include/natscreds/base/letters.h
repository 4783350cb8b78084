#pragma once

#include <string>
#include <string_view>

namespace natscreds::base {

/// A to Z as a to z, and everything else as it is, whatever the locale.
[[nodiscard]] constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Of ASCII, as all that follows.
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

[[nodiscard]] constexpr bool is_letter_or_digit(char c) noexcept {
    return is_letter(c) || is_digit(c);
}

[[nodiscard]] constexpr bool is_hex(char c) noexcept {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

/// A blank counts, other white space does not.
[[nodiscard]] constexpr bool is_printable(char c) noexcept {
    return c >= ' ' && c <= '~';
}

/// Printable, and not a blank.
[[nodiscard]] constexpr bool is_visible(char c) noexcept {
    return is_printable(c) && c != ' ';
}

/// The byte that two hexadecimal digits are.
[[nodiscard]] constexpr unsigned char byte_of_hex(char high, char low) noexcept {
    const auto value = [](char c) { return is_digit(c) ? c - '0' : lower(c) - 'a' + 10; };
    return static_cast<unsigned char>(value(high) * 16 + value(low));
}

/// Whether each '%' has two hexadecimal digits behind it. Source: RFC 3986, 2.1.
[[nodiscard]] bool escapes_are_whole(std::string_view text) noexcept;

/// Without blanks, tabs and line ends at its beginning and its end.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

[[nodiscard]] std::string lower(std::string_view text);

[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b) noexcept;

}  // namespace natscreds::base
