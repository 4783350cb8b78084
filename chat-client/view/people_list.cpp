#include <natscreds/chat-client/view/people_list.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

Row entry(const Person& person, base::Time now, int width) {
    const bool verified = is_verified(person, now);
    const std::string mark = verified ? "" : "?";
    const int room = std::max(width - 2 - cells_of(mark), 0);
    return {{"● ", Ink::online},
            {std::string(beginning_of(person.name, room)) + mark, verified ? Ink::verified : Ink::unknown}};
}

}  // namespace

ftxui::Element people_list(const std::vector<const Person*>& online, base::Time now, ListSize size,
                           const Palette& palette) {
    const auto height = static_cast<std::size_t>(std::max(size.height, 0));
    std::vector<Row> entries;
    if (height < 2) return rows({}, palette);
    entries.push_back({{"online: " + std::to_string(online.size()), Ink::faint}});
    const bool all_fit = online.size() + 1 <= height;
    const std::size_t shown = all_fit ? online.size() : height - 2;
    for (std::size_t i = 0; i < shown; ++i)
        entries.push_back(entry(*online[i], now, size.width));
    if (!all_fit) entries.push_back({{"and " + std::to_string(online.size() - shown) + " more", Ink::faint}});
    return rows(std::move(entries), palette);
}

}  // namespace natscreds::chat
