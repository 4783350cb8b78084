#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace natscreds::chat {

/// What a piece of the screen is, so that a palette can say how it looks.
enum class Ink : std::uint8_t {
    plain,
    faint,          ///< times, rules, hints
    title,          ///< the line at the top
    status,         ///< the line above the input
    selected,       ///< the room that is looked at
    verified,       ///< a name that is proven
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
inline constexpr std::size_t inks = 17;

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

struct Look {
    std::optional<Colour> colour = {};  ///< of the letters; the terminal's own where not set
    bool bold = false;
    bool dim = false;
    bool inverted = false;
    bool underlined = false;
};

/// How each Ink looks. The background is always the terminal's, so that light and dark ones serve alike.
struct Palette {
    std::array<Look, inks> looks;

    [[nodiscard]] const Look& operator[](Ink ink) const { return looks[static_cast<std::size_t>(ink)]; }
    [[nodiscard]] Look& operator[](Ink ink) { return looks[static_cast<std::size_t>(ink)]; }
};

[[nodiscard]] Palette standard_palette();
/// For NO_COLOR: bold, dim and inverted say the same.
[[nodiscard]] Palette without_colours(Palette palette);

}  // namespace natscreds::chat
