#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace natscreds::chat {

/// What a piece of the screen is, so that a palette can say how it looks.
enum class Ink : std::uint8_t {
    plain,
    faint,          ///< times, rules, hints
    title,          ///< the line at the top
    status,         ///< the line above the input
    selected,       ///< the room that is looked at
    verified,       ///< a name that is verified
    unknown,        ///< a name that is not
    alarm,          ///< a name that used to be another key's; what failed
    own,            ///< one's own name
    notice,         ///< what the program says
    mention,        ///< a message that speaks of oneself
    unread,         ///< the line where the unread begins; a room with unread messages
    mention_count,  ///< how often a room speaks of oneself
    online,
    offline,
    warning,  ///< what asks for a decision
    found,    ///< what a search is at
};

/// As the settings call them, in the order of the Inks.
inline constexpr std::array<std::string_view, 17> ink_names{
    "plain",  "faint",   "title",  "status",        "selected", "verified", "unknown", "alarm", "own",
    "notice", "mention", "unread", "mention_count", "online",   "offline",  "warning", "found"};
inline constexpr std::size_t inks = ink_names.size();

/// The sixteen colours that every terminal has, and that its owner has chosen to be readable.
enum class Colour : std::uint8_t {
    black,
    red,
    green,
    yellow,
    blue,
    magenta,
    cyan,
    white,
    bright_black,
    bright_red,
    bright_green,
    bright_yellow,
    bright_blue,
    bright_magenta,
    bright_cyan,
    bright_white,
};

inline constexpr std::array<std::string_view, 16> colour_names{
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright_black",   "bright_red",
    "bright_green", "bright_yellow", "bright_blue", "bright_magenta", "bright_cyan",
    "bright_white"};

}  // namespace natscreds::chat
