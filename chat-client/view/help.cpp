#include <natscreds/chat-client/view/help.h>

#include <array>
#include <string>

namespace natscreds::chat {
namespace {

struct KeyHelp {
    const char* key;
    const char* does;
};

constexpr std::array keys{
    KeyHelp{"Alt-1 … Alt-9", "go to that room"},
    KeyHelp{"Ctrl-N  Ctrl-P", "next, previous room"},
    KeyHelp{"Alt-A", "next room with unread"},
    KeyHelp{"PgUp  PgDn", "read back, and on"},
    KeyHelp{"Alt-< Alt->", "to the oldest, newest"},
    KeyHelp{"Ctrl-R", "search this room"},
    KeyHelp{"Tab", "complete a name"},
    KeyHelp{"Up  Down", "what was typed before"},
    KeyHelp{"Ctrl-L", "draw again"},
    KeyHelp{"Ctrl-Z", "suspend"},
    KeyHelp{"Ctrl-C", "empty the line; twice: leave"},
    KeyHelp{"/help", "the commands"},
};
constexpr std::size_t key_cells = 15;

}  // namespace

ftxui::Element help(const Palette& palette) {
    std::vector<Row> lines{{{"Keys", Ink::unread}, {"   any key goes back", Ink::faint}}, {}};
    for (const KeyHelp& entry : keys) {
        const std::string key = entry.key;
        const int gap = static_cast<int>(key_cells) - cells_of({{key}});
        lines.push_back(
            {{key + std::string(static_cast<std::size_t>(gap), ' '), Ink::verified}, {entry.does}});
    }
    return rows(std::move(lines), palette);
}

}  // namespace natscreds::chat
