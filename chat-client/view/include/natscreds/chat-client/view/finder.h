#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// A search through what was said in a room, hit by hit, the newest first.
class Finder {
  public:
    /// Looks for these words, and stands on the newest line that has them.
    void look_for(std::string_view words, const Room& room);
    void older();
    void newer();

    /// The number of the line it stands on; nothing where nothing was found.
    [[nodiscard]] std::optional<std::uint64_t> line() const;
    /// "3 of 12", "nothing found", "" before anything is looked for.
    [[nodiscard]] std::string position() const;

  private:
    std::string words_;
    std::vector<std::uint64_t> hits_;  ///< numbers of lines, the newest first
    std::size_t at_ = 0;
};

}  // namespace natscreds::chat
