#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace natscreds::chat {

/// What others wrote, made fit to be shown.
///
/// Holds:   valid UTF-8 in which the only control character is the newline, which stands for CRLF too. Escape sequences, terminal
///          commands and changes of writing direction are pictures or gone: nothing acts on the screen.
[[nodiscard]] std::string harmless(std::string_view text);

/// The same for a name: 1 to 63 of A-Z a-z 0-9 _ -, and "_" for each other character, so that what a chat puts
/// around names cannot stand in one.
[[nodiscard]] std::string harmless_name(std::string_view name);

/// Whether this is the name of a person or channel as it stands.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// A text in as many parts as it needs for none to have more than `most` bytes: split at newlines, which are in no
/// part then, else at a space, and inside a word only where it is longer than that.
///
/// Holds:   `text` is valid UTF-8, and `most` at least 4. No character is cut. Parts of white space are left out.
[[nodiscard]] std::vector<std::string_view> parts_of(std::string_view text, std::size_t most);

/// Whether a text speaks of somebody: the name as a word of its own, upper and lower case alike.
[[nodiscard]] bool mentions(std::string_view text, std::string_view name) noexcept;

/// Whether `words` stand somewhere in the text, upper and lower case of ASCII alike.
[[nodiscard]] bool contains_words(std::string_view text, std::string_view words) noexcept;

}  // namespace natscreds::chat
