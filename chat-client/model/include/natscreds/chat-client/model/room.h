#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/line.h>

namespace natscreds::chat {

/// Why a room is there, from what is given up first to what is never given up.
enum class Keeping {
    stranger,  ///< somebody wrote whose name nobody has verified
    verified,  ///< somebody wrote whose name is verified
    opened,    ///< one opened it, or said something there
};

/// How far one has read: up to this message, which was said then.
struct ReadMark {
    std::string id;
    base::Time at{};
};

/// How much of what was said before is here.
struct Past {
    std::optional<std::uint64_t> before =
        {};                 ///< what is older is not here; none: it is not known what is here
    bool complete = false;  ///< there is nothing older
    bool asked = false;     ///< it is asked for what is older
    bool awaited = true;    ///< not even the newest has been read yet
};

/// What was said in one place, and how much of it has not been read.
///
/// Holds:   the newest `max_lines`, of a stranger's `max_stranger_lines`; until the room is left up to `max_read_back`, where
///          one has read back. `unread` and `mentions` are of lines that came since the room was left.
class Room {
  public:
    static constexpr std::size_t max_lines = 5000;
    static constexpr std::size_t max_stranger_lines = 500;
    static constexpr std::size_t max_reacted = 4096;
    static constexpr std::size_t max_read_back = 20'000;

    explicit Room(Place place, std::string title, Keeping keeping = Keeping::opened)
        : place_(std::move(place)), title_(std::move(title)), keeping_(keeping) {}

    /// Whether somebody is looking decides whether the line is unread.
    enum class Watched { no, yes };
    const Line& append(Line line, Watched watched);
    /// Lines before the one at this index, in order. They are read, until mark_unread() says otherwise.
    void insert(std::size_t index, std::vector<Line> lines);
    void erase(std::size_t index);
    /// The line's message is in the stream.
    void set_sequence(std::size_t index, std::uint64_t sequence) { lines_[index].sequence = sequence; }
    /// Where the unread begins, and how much of it there is, by how far one has read. Returns whether that place is here.
    bool mark_unread(Watched watched);

    /// One is looking now: nothing is unread, and the line where the unread began stays until the next leaving.
    void enter();
    void leave();
    /// What was sent under this ticket, if it stands here. Returns whether it did.
    bool deliver(Ticket ticket, Delivery delivery);
    /// One's own up to this one were read.
    void mark_read(const MessageRef& ref);
    void mark_plain(const MessageRef& ref);
    /// Another text and time for the last line, where that has this number. Returns whether it has.
    bool amend_last(std::uint64_t number, std::string text, base::Time at);
    /// Where among the lines somebody's message stands; nothing where it is not here, or not any more.
    [[nodiscard]] std::optional<std::size_t> index_of(const MessageRef& ref) const;
    /// The same, the line.
    [[nodiscard]] const Line* find(const MessageRef& ref) const;
    /// The newest that one said oneself and can still change, or that others said; nothing where there is none.
    enum class Whose { own, others };
    [[nodiscard]] const Line* newest(Whose whose) const;
    /// Another text for what somebody said. Returns whether anything changed: not for what is not here, what is deleted,
    /// or after a newer edit.
    bool edit(const MessageRef& ref, std::string text, std::uint64_t revision);
    bool remove(const MessageRef& ref, std::uint64_t revision);
    /// At most `max_reacted` changes are remembered; then the message that was reacted to first loses its reactions.
    bool react(const MessageRef& ref, const Reactions::Change& change);
    /// Returns whether it is newer than the one before.
    bool set_topic(std::string topic, std::uint64_t revision);
    void change_text(std::size_t index, std::string text) { lines_[index].text = std::move(text); }
    void forget_passing();
    void clear();
    void set_draft(std::string draft) { draft_ = std::move(draft); }
    void rename(std::string title) { title_ = std::move(title); }
    void keep(Keeping keeping) { keeping_ = keeping; }
    void set_read(ReadMark read) { read_ = std::move(read); }
    [[nodiscard]] Past& past() noexcept { return past_; }

    [[nodiscard]] const Place& place() const noexcept { return place_; }
    [[nodiscard]] const std::string& title() const noexcept { return title_; }
    [[nodiscard]] Keeping keeping() const noexcept { return keeping_; }
    [[nodiscard]] const std::deque<Line>& lines() const noexcept { return lines_; }
    [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
    [[nodiscard]] std::uint64_t topic_revision() const noexcept { return topic_revision_; }
    /// What was begun to be written here.
    [[nodiscard]] const std::string& draft() const noexcept { return draft_; }
    [[nodiscard]] std::size_t unread() const noexcept { return unread_; }
    [[nodiscard]] std::size_t mentions() const noexcept { return mentions_; }
    [[nodiscard]] const ReadMark& read() const noexcept { return read_; }
    [[nodiscard]] const Past& past() const noexcept { return past_; }
    /// The number of the first line that was unread when the room was entered.
    [[nodiscard]] std::optional<std::uint64_t> unread_from() const noexcept { return unread_from_; }

  private:
    [[nodiscard]] Line* line_of(const MessageRef& ref);
    /// Numbers lie so far apart that lines fit between two of them.
    static constexpr std::uint64_t between_numbers = std::uint64_t{1} << 24U;

    void trim();
    void read_up_to_end();

    Place place_;
    std::string title_;  ///< "#General", "@derek"
    Keeping keeping_;
    std::string draft_;
    std::deque<Line> lines_;
    std::map<MessageRef, std::uint64_t> numbers_;  ///< of the lines that somebody said
    std::deque<std::uint64_t> reacted_;  ///< numbers of lines, one for each reaction, the oldest first
    std::string topic_;
    std::uint64_t topic_revision_ = 0;
    std::uint64_t next_number_ = std::uint64_t{1} << 62U;
    std::size_t unread_ = 0;
    std::size_t mentions_ = 0;
    std::optional<std::uint64_t> unread_from_;
    std::size_t read_back_ = 0;  ///< lines more than usual, until the room is left
    ReadMark read_;
    Past past_;
};

}  // namespace natscreds::chat
