#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace natscreds::chat {

/// A code point, and the bytes that it took.
struct Character {
    char32_t code;
    std::size_t bytes;
};

/// The first character of a text that is not empty; nothing where it is not UTF-8.
[[nodiscard]] std::optional<Character> first_character(std::string_view text);

}  // namespace natscreds::chat
