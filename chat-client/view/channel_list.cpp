#include <natscreds/chat-client/view/channel_list.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

/// "12" unread; "@2/12" when two of them speak of oneself, "@12" when all do.
Span count(const Room& room) {
    if (room.unread() == 0) return {""};
    const std::string unread = std::to_string(room.unread());
    if (room.mentions() == 0) return {unread, Ink::unread};
    const std::string mentions = "@" + std::to_string(room.mentions());
    return {room.mentions() == room.unread() ? mentions : mentions + "/" + unread, Ink::mention_count};
}

Ink ink_of(const Room& room, bool current) {
    if (current) return Ink::selected;
    return room.unread() > 0 ? Ink::unread : Ink::plain;
}

/// Whether the person of a conversation is there.
Span presence(const Chat& chat, const Room& room, base::Time now) {
    if (!room.place().person) return {""};
    const bool online = chat.people().online(*room.place().person, now);
    return online ? Span{" ●", Ink::online} : Span{" ○", Ink::offline};
}

/// A title that fits; what is left of a name keeps the signs that it is unproven or changed.
std::string shortened(const std::string& title, int width) {
    if (cells_of(title) <= width) return title;
    const std::size_t signs = title.find_last_not_of("!?") + 1;
    const int for_name = width - static_cast<int>(title.size() - signs);
    return std::string(beginning_of(title.substr(0, signs), std::max(for_name, 0))) + title.substr(signs);
}

Row entry(const Chat& chat, const Room& room, ListRows list) {
    const bool current = &room == &chat.current();
    const auto index = &room - chat.rooms().data();
    const Span number{std::to_string(index + 1) + " ", current ? Ink::selected : Ink::faint};
    const Span unread = count(room);
    const Span there = presence(chat, room, list.now);
    const int free = std::max(list.width - cells_of(Row{number, there, unread}) - 1, 0);
    const Span title{shortened(room.title(), free), ink_of(room, current)};
    const int gap = std::max(list.width - cells_of(Row{number, title, there, unread}), 0);
    return {number, title, there, {std::string(static_cast<std::size_t>(gap), ' ')}, unread};
}

}  // namespace

ftxui::Element channel_list(const Chat& chat, ListRows list, const Palette& palette) {
    const auto height = static_cast<std::size_t>(std::max(list.height, 0));
    const std::size_t count = chat.rooms().size();
    const auto current = static_cast<std::size_t>(&chat.current() - chat.rooms().data());
    const std::size_t shown = std::min(height, count);
    const std::size_t half = shown / 2;
    const std::size_t first = std::min(current > half ? current - half : 0, count - shown);
    std::vector<Row> entries;
    for (std::size_t i = first; i < first + shown; ++i)
        entries.push_back(entry(chat, chat.rooms()[i], list));
    return rows(std::move(entries), palette);
}

Row unread_counts(const Chat& chat) {
    Row counts;
    for (std::size_t i = 0; i < chat.rooms().size(); ++i) {
        const Span unread = count(chat.rooms()[i]);
        if (unread.text.empty()) continue;
        counts.push_back({" " + std::to_string(i + 1) + ":", Ink::title});
        counts.push_back({unread.text, unread.ink == Ink::mention_count ? Ink::mention_count : Ink::title});
    }
    return counts;
}

}  // namespace natscreds::chat
