#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <natscreds/chat-client/model/room.h>

namespace natscreds::chat {

/// Those who came and went while nothing else was said, in one line: "derek, ivan are online; bob has left".
///
/// Holds:   at most `most` of them, each as it was last.
class PresenceLine {
  public:
    enum class Coming { online, left, offline };
    struct Came {
        nkeys::PublicKey key;
        std::string name;  ///< with its signs
        Coming what;
    };
    static constexpr std::size_t most = 20;

    /// Whether this room's last line is the one that tells of them, and there is room for one more.
    [[nodiscard]] bool goes_on_in(const Room& room) const;
    void add(const Came& came);
    /// A new one, of nobody yet.
    void begin() { came_.clear(); }
    /// The last line of this room is the one that tells of them.
    void stands_in(const Room& room);
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    [[nodiscard]] std::string text() const { return text_of(came_); }
    [[nodiscard]] static std::string text_of(const std::vector<Came>& came);

  private:
    std::vector<Came> came_;
    Place place_;
    std::uint64_t number_ = 0;  ///< of the line
};

}  // namespace natscreds::chat
