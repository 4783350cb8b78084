#include <natscreds/chat-client/view/people_list.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/view/glyphs.h>
#include <natscreds/chat-client/view/message_rows.h>

namespace natscreds::chat {
namespace {

/// Where not all of a name fits, the verified one is what matters; one that is unproven or changed keeps its signs.
std::string fitting_name(const Author& author, int width) {
    const std::string whole = shown(author);
    if (cells_of(whole) <= width) return whole;
    const std::string signs = whole.substr(whole.find_last_not_of("!?") + 1);
    const std::string& name = author.verified_as.empty() ? author.name : author.verified_as;
    return std::string(beginning_of(name, std::max(width - cells_of(signs), 0))) + signs;
}

Row entry(const Author& author, int width) {
    return {{"● ", Ink::online}, {fitting_name(author, width - 2), ink_of(author)}};
}

}  // namespace

ftxui::Element people_list(const People& people, ListRows list, const Palette& palette) {
    const std::vector<const Person*> online = people.all_online(list.now);
    const auto height = static_cast<std::size_t>(std::max(list.height, 0));
    std::vector<Row> entries;
    if (height < 2) return rows({}, palette);
    entries.push_back({{"online: " + std::to_string(online.size()), Ink::faint}});
    const bool all_fit = online.size() + 1 <= height;
    const std::size_t shown = all_fit ? online.size() : height - 2;
    for (std::size_t i = 0; i < shown; ++i)
        entries.push_back(entry(people.author_of(*online[i], list.now), list.width));
    if (!all_fit) entries.push_back({{"and " + std::to_string(online.size() - shown) + " more", Ink::faint}});
    return rows(std::move(entries), palette);
}

}  // namespace natscreds::chat
