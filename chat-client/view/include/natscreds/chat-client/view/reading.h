#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <natscreds/chat-client/view/message_rows.h>

namespace natscreds::chat {

/// Where in a room one reads: at its end, where new lines appear, or further up, where nothing moves.
class Reading {
  public:
    /// A place in a room by its lowest row on the screen: a line, and how many of its rows are below.
    struct Spot {
        std::size_t index;
        int below = 0;
    };

    /// Up (negative) or down by so many rows, on a screen of `height` rows.
    void move(int by, const RoomRows& rows, int height);
    void to_oldest(const RoomRows& rows, int height);
    void to_newest() { anchor_.reset(); }
    /// So that this line stands about in the middle.
    void show(std::uint64_t number, const RoomRows& rows, int height);

    /// The lowest row to show; nothing in an empty room.
    [[nodiscard]] std::optional<Spot> lowest(const RoomRows& rows) const;
    [[nodiscard]] bool at_end() const noexcept { return !anchor_.has_value(); }
    /// How many lines came since one left the end.
    [[nodiscard]] std::size_t new_below(const Room& room) const;

  private:
    struct Anchor {
        std::uint64_t number;
        int below;
    };

    void hold(Spot place, const RoomRows& rows);

    std::optional<Anchor> anchor_;
    std::uint64_t newest_then_ = 0;
};

}  // namespace natscreds::chat
