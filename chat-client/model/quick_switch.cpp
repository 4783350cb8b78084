#include <natscreds/chat-client/model/quick_switch.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <natscreds/base/letters.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

bool has_in_order(std::string_view text, std::string_view letters) {
    for (const char c : text) {
        if (!letters.empty() && base::lower(c) == base::lower(letters.front())) letters.remove_prefix(1);
    }
    return letters.empty();
}

/// The lower the better; nothing where it does not fit.
std::optional<int> likeness(const Room& room, std::string_view letters) {
    const std::string_view title = room.title();
    const std::string_view name = title.substr(std::min<std::size_t>(title.size(), 1));
    for (const std::string_view whole : {title, name}) {
        if (base::equal_without_case(whole.substr(0, letters.size()), letters)) return 0;
    }
    if (contains_words(title, letters)) return 1;
    return has_in_order(title, letters) ? std::optional(2) : std::nullopt;
}

}  // namespace

std::vector<const Room*> places_like(const Chat& chat, std::string_view letters) {
    std::vector<std::pair<std::pair<int, bool>, const Room*>> found;
    for (const Room& room : chat.rooms()) {
        const std::optional<int> like = likeness(room, letters);
        if (like && &room != &chat.current()) found.push_back({{*like, room.unread() == 0}, &room});
    }
    std::ranges::stable_sort(found, {}, [](const auto& entry) { return entry.first; });
    std::vector<const Room*> rooms;
    for (const auto& entry : found)
        rooms.push_back(entry.second);
    return rooms;
}

}  // namespace natscreds::chat
