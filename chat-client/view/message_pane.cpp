#include <natscreds/chat-client/view/message_pane.h>

#include <algorithm>
#include <string>
#include <utility>

namespace natscreds::chat {
namespace {

Row hint(const MessagePane& pane) {
    const std::size_t below = pane.reading.new_below(pane.room);
    const std::string text =
        below > 0 ? std::to_string(below) + " new below, End goes there" : "End goes to the newest";
    return rule(text, below > 0 ? Ink::unread : Ink::faint, pane.layout.width);
}

}  // namespace

std::vector<Row> visible_rows(const MessagePane& pane) {
    const RoomRows room_rows(pane.room, pane.layout);
    const std::optional<Reading::Spot> lowest = pane.reading.lowest(room_rows);
    std::vector<Row> upwards;
    if (!lowest) return upwards;
    const auto height = static_cast<std::size_t>(std::max(pane.height, 0));
    int skip = lowest->below;
    for (std::size_t left = lowest->index + 1; left > 0 && upwards.size() < height; --left) {
        std::vector<Row> block = room_rows.block(left - 1);
        for (auto row = block.rbegin() + std::exchange(skip, 0); row != block.rend(); ++row)
            upwards.push_back(std::move(*row));
    }
    if (upwards.size() > height) upwards.resize(height);
    std::ranges::reverse(upwards);
    return upwards;
}

ftxui::Element message_pane(const MessagePane& pane, const Palette& palette) {
    const bool hinted = !pane.reading.at_end();
    MessagePane above_hint = pane;
    if (hinted) --above_hint.height;
    std::vector<Row> visible = visible_rows(above_hint);
    const auto height = static_cast<std::size_t>(std::max(above_hint.height, 0));
    // What little there is stands at the bottom, next to where one types.
    if (visible.size() < height) visible.insert(visible.begin(), height - visible.size(), Row{});
    if (hinted) visible.push_back(hint(pane));
    return rows(std::move(visible), palette);
}

}  // namespace natscreds::chat
