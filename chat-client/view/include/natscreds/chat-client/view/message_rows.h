#pragma once

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/room.h>
#include <natscreds/chat-client/view/rows.h>

namespace natscreds::chat {

/// From a moment to the date and the time of day where the reader is.
using LocalTime = std::function<std::tm(base::Time)>;

/// How the lines of a room are laid out.
struct LineLayout {
    int width;
    LocalTime local_time;
    std::optional<std::uint64_t> found = {};  ///< the number of the line that a search is at
    std::string unfold_key = {};              ///< what opens long messages; empty: they are open
};

/// A message of more rows than `max_rows` is folded: its first `folded_rows` are shown, and how many there are more.
inline constexpr std::size_t max_rows = 25;
inline constexpr std::size_t folded_rows = 10;

/// A line as it is shown: time, delivery mark, name and text, the text wrapped below itself, folded if it is long. In
/// a narrow layout names are not aligned.
[[nodiscard]] std::vector<Row> message_rows(const Line& line, const LineLayout& layout);

/// How a name looks: verified, unproven, or used to be another key's.
[[nodiscard]] Ink ink_of(const Author& author);

/// "---- unread ----"
[[nodiscard]] Row rule(const std::string& text, Ink ink, int width);

/// The rows of a room, line by line: what is not looked at is not laid out.
class RoomRows {
  public:
    /// `room` must outlive it.
    RoomRows(const Room& room, LineLayout layout) : room_(room), layout_(std::move(layout)) {}

    /// The rows of a line, with those that stand before it: a new day, the beginning of the unread.
    [[nodiscard]] std::vector<Row> block(std::size_t index) const;
    [[nodiscard]] int height(std::size_t index) const { return static_cast<int>(block(index).size()); }
    [[nodiscard]] std::size_t size() const { return room_.lines().size(); }
    [[nodiscard]] const Room& room() const { return room_; }

  private:
    [[nodiscard]] bool begins_day(std::size_t index) const;

    const Room& room_;
    LineLayout layout_;
};

}  // namespace natscreds::chat
