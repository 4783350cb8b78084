#include <natscreds/chat-client/view/help.h>

#include <algorithm>
#include <string>
#include <utility>

namespace natscreds::chat {
namespace {

constexpr int key_cells = 18;

Row entry(const std::string& keys, const std::string& does) {
    const int gap = std::max(key_cells - cells_of(Row{{keys}}), 1);
    return {{keys + std::string(static_cast<std::size_t>(gap), ' '), Ink::verified}, {does}};
}

}  // namespace

ftxui::Element help(const Settings& settings, const Palette& palette) {
    const auto key = [&](Action action) { return settings.key_of(action).text(); };
    std::vector<Row> lines{
        {{"keys", Ink::unread}, {"  any key goes back", Ink::faint}},
        entry("alt-1 to alt-9", "that room"),
        entry(key(Action::next_channel) + " ctrl-n", "next room"),
        entry(key(Action::previous_channel) + " ctrl-p", "previous room"),
        entry(key(Action::switch_room), "go to a room by its letters"),
        entry(key(Action::next_unread), "next room with something unread"),
        entry(key(Action::page_up), "read back"),
        entry(key(Action::page_down), "read on"),
        entry(key(Action::oldest), "to the oldest"),
        entry(key(Action::newest) + " end", "to the newest"),
        entry(key(Action::search), "search here; again: older"),
        entry(key(Action::unfold), "show long messages whole; fold them"),
        entry("tab", "complete a name or command"),
        entry("up down", "what was typed before"),
        entry(key(Action::newline), "a new line in the message"),
        entry(key(Action::people), "who is online"),
        entry(key(Action::redraw) + " ctrl-z", "draw again; suspend"),
        entry("ctrl-c", "empty the line; on an empty one:"),
        entry(key(Action::leave) + " ctrl-c", "leave"),
        {},
        {{"/help lists the commands", Ink::faint}},
    };
    return rows(std::move(lines), palette);
}

}  // namespace natscreds::chat
