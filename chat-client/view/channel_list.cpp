#include <natscreds/chat-client/view/channel_list.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

/// "12" unread, "2/12" when two of them speak of oneself.
Span count(const Room& room) {
    if (room.unread() == 0) return {""};
    const std::string unread = std::to_string(room.unread());
    if (room.mentions() == 0) return {unread, Ink::unread};
    return {std::to_string(room.mentions()) + "/" + unread, Ink::mention_count};
}

Ink ink_of(const Room& room, bool current) {
    if (current) return Ink::selected;
    return room.unread() > 0 ? Ink::unread : Ink::plain;
}

Row entry(const Chat& chat, std::size_t index, int width) {
    const Room& room = chat.rooms()[index];
    const bool current = &room == &chat.current();
    const std::string number = std::to_string(index + 1) + " ";
    const Span unread = count(room);
    const int room_for_title = width - cells_of(number) - cells_of(unread.text) - 1;
    const std::string title(beginning_of(room.title(), std::max(room_for_title, 0)));
    const int gap = std::max(room_for_title - cells_of(title), 0) + 1;
    const Ink ink = ink_of(room, current);
    return {{number, current ? ink : Ink::faint},
            {title, ink},
            {std::string(static_cast<std::size_t>(gap), ' '), current ? ink : Ink::plain},
            unread};
}

}  // namespace

ftxui::Element channel_list(const Chat& chat, ListSize size, const Palette& palette) {
    const auto height = static_cast<std::size_t>(std::max(size.height, 0));
    const std::size_t count = chat.rooms().size();
    const auto current = static_cast<std::size_t>(&chat.current() - chat.rooms().data());
    const std::size_t shown = std::min(height, count);
    const std::size_t half = shown / 2;
    const std::size_t first = std::min(current > half ? current - half : 0, count - shown);
    std::vector<Row> entries;
    for (std::size_t i = first; i < first + shown; ++i)
        entries.push_back(entry(chat, i, size.width));
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
