#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include <natscreds/chat-client/model/ink.h>
#include <natscreds/chat-client/model/settings.h>

namespace natscreds::chat {

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
/// The standard one, in the colours that the settings have instead.
[[nodiscard]] Palette palette_of(const Settings& settings);
/// For NO_COLOR: bold, dim and inverted say the same.
[[nodiscard]] Palette without_colours(Palette palette);

}  // namespace natscreds::chat
