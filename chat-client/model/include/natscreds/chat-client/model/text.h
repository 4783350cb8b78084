#pragma once

#include <string>
#include <string_view>

namespace natscreds::chat {

/// What others wrote, made fit to be shown.
///
/// Holds:   valid UTF-8 in which the only control character is the newline. Escape sequences, terminal
///          commands and changes of writing direction are pictures or gone: nothing acts on the screen.
[[nodiscard]] std::string harmless(std::string_view text);

/// The same for a name: 1 to 63 of A-Z a-z 0-9 _ -, and "_" for each other character, so that what a chat puts
/// around names cannot stand in one.
[[nodiscard]] std::string harmless_name(std::string_view name);

/// Whether this is the name of a person or channel as it stands.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// Whether a text speaks of somebody: the name as a word of its own, upper and lower case alike.
[[nodiscard]] bool mentions(std::string_view text, std::string_view name) noexcept;

/// Whether `words` stand somewhere in the text, upper and lower case of ASCII alike.
[[nodiscard]] bool contains_words(std::string_view text, std::string_view words) noexcept;

}  // namespace natscreds::chat
