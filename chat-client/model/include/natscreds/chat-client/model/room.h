#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/people.h>
#include <natscreds/chat-client/model/reactions.h>

namespace natscreds::chat {

/// Where something is said: a channel, or between oneself and one person.
struct Place {
    std::string channel;  ///< empty: `person`
    std::optional<nkeys::PublicKey> person = {};

    auto operator<=>(const Place&) const = default;
};

enum class LineKind {
    message,
    action,  ///< "/me waves"
    notice,  ///< of the program, not of a person
};

/// How far one's own message has come.
enum class Delivery { received, pending, sent, failed };

/// Names what was sent until it is known whether that has arrived.
using Ticket = std::uint64_t;

/// One line of a room, as long as it may be: it is wrapped when it is drawn.
struct Line {
    base::Time at;
    LineKind kind = LineKind::message;
    Author author = {};
    std::string text;  ///< harmless
    bool own = false;
    bool passing = false;  ///< an answer to what was typed: it goes with the next line that is
    bool mentions_me = false;
    Delivery delivery = Delivery::received;
    Ticket ticket = 0;
    std::uint64_t number = 0;                 ///< counts up within the room; lines that have gone leave gaps
    std::optional<MessageRef> ref = {};       ///< of what somebody said
    std::optional<MessageRef> reply_to = {};  ///< what it replies to
    std::uint64_t revision = 0;               ///< of the newest edit or deletion; 0: it is as it was said
    bool deleted = false;
    Reactions reactions = {};
};

/// Why a room is there, from what is given up first to what is never given up.
enum class Keeping {
    stranger,  ///< somebody wrote whose name nobody has verified
    verified,  ///< somebody wrote whose name is verified
    opened,    ///< one opened it, or said something there
};

/// What was said in one place, and how much of it has not been read.
///
/// Holds:   the newest `max_lines`, of a stranger's `max_stranger_lines`; `unread` and `mentions` are of lines
///          that came since the room was left.
class Room {
  public:
    static constexpr std::size_t max_lines = 5000;
    static constexpr std::size_t max_stranger_lines = 500;
    static constexpr std::size_t max_reacted = 4096;

    explicit Room(Place place, std::string title, Keeping keeping = Keeping::opened)
        : place_(std::move(place)), title_(std::move(title)), keeping_(keeping) {}

    /// Whether somebody is looking decides whether the line is unread.
    enum class Watched { no, yes };
    const Line& append(Line line, Watched watched);

    /// One is looking now: nothing is unread, and the line where the unread began stays until the next leaving.
    void enter();
    void leave();
    /// What was sent under this ticket, if it stands here. Returns whether it did.
    bool deliver(Ticket ticket, Delivery delivery);
    /// Another text and time for the last line, where that has this number. Returns whether it has.
    bool amend_last(std::uint64_t number, std::string text, base::Time at);
    /// What somebody said here; nothing where it is not here, or not any more.
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
    void forget_passing();
    void clear();
    void set_draft(std::string draft) { draft_ = std::move(draft); }
    void rename(std::string title) { title_ = std::move(title); }
    void keep(Keeping keeping) { keeping_ = keeping; }

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
    /// The number of the first line that was unread when the room was entered.
    [[nodiscard]] std::optional<std::uint64_t> unread_from() const noexcept { return unread_from_; }

  private:
    [[nodiscard]] std::optional<std::size_t> index_of(const MessageRef& ref) const;
    [[nodiscard]] Line* line_of(const MessageRef& ref);
    void forget_oldest();

    Place place_;
    std::string title_;  ///< "#General", "@derek"
    Keeping keeping_;
    std::string draft_;
    std::deque<Line> lines_;
    std::map<MessageRef, std::uint64_t> numbers_;  ///< of the lines that somebody said
    std::deque<std::uint64_t> reacted_;  ///< numbers of lines, one for each reaction, the oldest first
    std::string topic_;
    std::uint64_t topic_revision_ = 0;
    std::uint64_t next_number_ = 1;
    std::size_t unread_ = 0;
    std::size_t mentions_ = 0;
    std::optional<std::uint64_t> unread_from_;
};

}  // namespace natscreds::chat
