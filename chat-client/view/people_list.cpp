#include <natscreds/chat-client/view/people_list.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/view/glyphs.h>

namespace natscreds::chat {
namespace {

/// Where not all of a name fits, the proven one is what matters; an unproven one keeps its sign.
std::string fitting_name(const Person& person, ListRows list, int width) {
    const std::string whole = shown(person, list.now);
    if (cells_of(whole) <= width) return whole;
    const bool verified = is_verified(person, list.now);
    const std::string sign = verified ? "" : "?";
    const std::string& name = verified ? person.verified_name : person.name;
    return std::string(beginning_of(name, std::max(width - cells_of(sign), 0))) + sign;
}

Row entry(const Person& person, ListRows list) {
    const Ink ink = is_verified(person, list.now) ? Ink::verified : Ink::unknown;
    return {{"● ", Ink::online}, {fitting_name(person, list, list.width - 2), ink}};
}

}  // namespace

ftxui::Element people_list(const std::vector<const Person*>& online, ListRows list, const Palette& palette) {
    const auto height = static_cast<std::size_t>(std::max(list.height, 0));
    std::vector<Row> entries;
    if (height < 2) return rows({}, palette);
    entries.push_back({{"online: " + std::to_string(online.size()), Ink::faint}});
    const bool all_fit = online.size() + 1 <= height;
    const std::size_t shown = all_fit ? online.size() : height - 2;
    for (std::size_t i = 0; i < shown; ++i)
        entries.push_back(entry(*online[i], list));
    if (!all_fit) entries.push_back({{"and " + std::to_string(online.size() - shown) + " more", Ink::faint}});
    return rows(std::move(entries), palette);
}

}  // namespace natscreds::chat
