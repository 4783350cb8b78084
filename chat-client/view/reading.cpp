#include <natscreds/chat-client/view/reading.h>

#include <algorithm>

namespace natscreds::chat {
namespace {

using Spot = Reading::Spot;

/// The line of this number, or the first one behind where it was. There is at least one.
std::size_t index_of(std::uint64_t number, const std::deque<Line>& lines) {
    const auto found = std::ranges::lower_bound(lines, number, {}, &Line::number);
    return std::min(static_cast<std::size_t>(found - lines.begin()), lines.size() - 1);
}

/// The lowest place at which the screen is full from the oldest line on; nothing where all of it fits.
std::optional<Spot> top(const RoomRows& rows, int height) {
    int room = height;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        room -= rows.height(i);
        const bool everything = room == 0 && i + 1 == rows.size();
        if (room <= 0 && !everything) return Spot{.index = i, .below = -room};
    }
    return std::nullopt;
}

bool above(const Spot& a, const Spot& b) {
    return a.index < b.index || (a.index == b.index && a.below > b.below);
}

Spot up(Spot place, int by, const RoomRows& rows) {
    place.below += by;
    for (int height = rows.height(place.index); place.below >= height; height = rows.height(place.index)) {
        if (place.index == 0) return {.index = 0, .below = height - 1};
        place.below -= height;
        --place.index;
    }
    return place;
}

/// Nothing below the end.
std::optional<Spot> down(Spot place, int by, const RoomRows& rows) {
    place.below -= by;
    while (place.below < 0) {
        if (++place.index >= rows.size()) return std::nullopt;
        place.below += rows.height(place.index);
    }
    return place;
}

}  // namespace

std::optional<Spot> Reading::lowest(const RoomRows& rows) const {
    const auto& lines = rows.room().lines();
    if (lines.empty()) return std::nullopt;
    if (!anchor_) return Spot{.index = lines.size() - 1};
    if (anchor_->number < lines.front().number) return Spot{.index = 0};
    const std::size_t index = index_of(anchor_->number, lines);
    return Spot{.index = index, .below = std::min(anchor_->below, rows.height(index) - 1)};
}

void Reading::hold(Spot place, const RoomRows& rows) {
    if (!anchor_) newest_then_ = rows.room().lines().back().number;
    anchor_ = {.number = rows.room().lines()[place.index].number, .below = place.below};
}

void Reading::move(int by, const RoomRows& rows, int height) {
    const std::optional<Spot> here = lowest(rows);
    if (!here) return;
    if (by > 0) {
        const std::optional<Spot> there = down(*here, by, rows);
        const bool end = !there || (there->index + 1 == rows.size() && there->below == 0);
        return end ? to_newest() : hold(*there, rows);
    }
    const std::optional<Spot> highest = top(rows, height);
    if (!highest) return to_newest();
    const Spot there = up(*here, -by, rows);
    hold(above(there, *highest) ? *highest : there, rows);
}

void Reading::to_oldest(const RoomRows& rows, int height) {
    const std::optional<Spot> highest = top(rows, height);
    if (highest) hold(*highest, rows);
}

void Reading::show(std::uint64_t number, const RoomRows& rows, int height) {
    const auto& lines = rows.room().lines();
    if (lines.empty() || number < lines.front().number || number > lines.back().number) return;
    const Spot line{.index = index_of(number, lines)};
    hold(down(line, height / 2, rows).value_or(Spot{.index = lines.size() - 1}), rows);
    move(0, rows, height);
}

std::size_t Reading::new_below(const Room& room) const {
    if (!anchor_ || room.lines().empty()) return 0;
    const auto newer = std::ranges::upper_bound(room.lines(), newest_then_, {}, &Line::number);
    return static_cast<std::size_t>(room.lines().end() - newer);
}

}  // namespace natscreds::chat
