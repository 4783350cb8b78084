#include <natscreds/chat-client/view/palette.h>

namespace natscreds::chat {

Palette standard_palette() {
    Palette palette{};
    palette[Ink::faint] = {.dim = true};
    palette[Ink::title] = {.inverted = true};
    palette[Ink::status] = {.inverted = true};
    palette[Ink::selected] = {.bold = true, .inverted = true};
    palette[Ink::verified] = {.colour = Colour::green};
    palette[Ink::unknown] = {.colour = Colour::yellow};
    palette[Ink::alarm] = {.colour = Colour::red, .bold = true};
    palette[Ink::own] = {.bold = true};
    palette[Ink::notice] = {.colour = Colour::cyan};
    palette[Ink::mention] = {.colour = Colour::magenta, .bold = true};
    palette[Ink::unread] = {.bold = true};
    palette[Ink::mention_count] = {.colour = Colour::magenta, .bold = true, .inverted = true};
    palette[Ink::online] = {.colour = Colour::green};
    palette[Ink::offline] = {.dim = true};
    palette[Ink::warning] = {.bold = true, .inverted = true};
    palette[Ink::found] = {.inverted = true};
    return palette;
}

Palette palette_of(const Settings& settings) {
    Palette palette = standard_palette();
    for (const auto& [ink, colour] : settings.colours())
        palette[ink].colour = colour;
    return palette;
}

Palette without_colours(Palette palette) {
    for (Look& look : palette.looks)
        look.colour.reset();
    return palette;
}

}  // namespace natscreds::chat
