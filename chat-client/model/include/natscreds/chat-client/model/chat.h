#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/chat-client/model/beginning.h>
#include <natscreds/chat-client/model/news.h>
#include <natscreds/chat-client/model/people.h>
#include <natscreds/chat-client/model/presence_line.h>
#include <natscreds/chat-client/model/recent.h>
#include <natscreds/chat-client/model/room.h>
#include <natscreds/chat-client/model/sealed_talk.h>

namespace natscreds::chat {

/// The whole chat as one person sees it: rooms, people, and what was typed.
///
/// Holds:   whatever arrives, memory is bounded: people, rooms, lines and remembered ids have their limits.
///          Where there are too many rooms of one kind, that of the same kind in which nobody has spoken for longest
///          goes: strangers never push out a room of somebody verified, and nobody one that was opened here.
///          A message is known by sender and id; a second one is passed over.
/// Thread:  one; it knows no clock and no network: the time comes in, and Effects go out.
class Chat {
  public:
    static constexpr std::size_t max_opened_rooms = 256;
    static constexpr std::size_t max_verified_rooms = 128;
    static constexpr std::size_t max_stranger_rooms = 64;
    static constexpr std::size_t max_news = 10'000;

    explicit Chat(Beginning beginning);

    void hear(const Message& message, base::Time now);
    /// Something that could not be read: counted, and told where it was signed by the wrong key.
    void hear_nonsense(const base::Error& error, base::Time now);
    void deliver(Ticket ticket, Delivery delivery);
    void notice(std::string_view text, base::Time now);
    /// The same as an answer to what was typed: it stands there until the next line is typed, or the room is left.
    void answer(std::string_view text, base::Time now);
    void forget_answers();
    /// What was said before. Each message is here once, where it was said first.
    void take(const HistoryPage& page, base::Time now);
    void take(const SearchProgress& progress, base::Time now);
    void take(const SealedPage& page, base::Time now);
    /// Nothing is kept: told once, where somebody reads back to the oldest line.
    void without_history() noexcept { history_.missing = true; }
    /// One reads near the oldest line that is here.
    void want_older();
    /// There was no server since then. Returns whether what was missed can be read.
    bool want_missed(base::Time since);
    void end_search();
    /// Whether what is said in the room that is looked at is kept, and `/search` looks through all of it.
    [[nodiscard]] bool keeps_history() const { return history_.read && !current().place().person; }

    void believe(std::vector<nkeys::PublicKey> issuers, base::Time now);
    /// Tells who has gone without a word.
    void tick(base::Time now);

    /// Does what was typed, and says what that needs.
    void type(std::string_view line, base::Time now);
    void visit(const Place& place);

    /// Says something in any place, about any message. Returns what was sent.
    /// Fails: std::errc::invalid_argument; the detail says why it is not sent.
    [[nodiscard]] base::Result<Sent> send(const Utterance& utterance, base::Time now);
    /// The same; what refuses it is an answer here.
    void utter(const Utterance& utterance, base::Time now);
    /// A channel that is open, or a conversation with a key or with somebody's name.
    /// Fails: std::errc::invalid_argument.
    [[nodiscard]] base::Result<Place> place_of(std::string_view channel, std::string_view person,
                                               base::Time now) const;
    /// What is begun to be written in a room, for when one comes back.
    void keep_draft(const Place& place, std::string draft);

    [[nodiscard]] std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }
    [[nodiscard]] std::vector<News> take_news() { return std::exchange(news_, {}); }
    /// What became of what was sent. The newest `max_news`.
    [[nodiscard]] std::vector<Settled> take_settled() { return std::exchange(settled_, {}); }

    /// What a later chat can begin with.
    [[nodiscard]] KeptRooms kept() const;

    /// What is kept of sealed conversations, and what waits for a key.
    [[nodiscard]] SealedTalk& sealed() noexcept { return sealed_; }
    void set_curve(const nkeys::PublicKey& curve) { self_.curve = curve; }

    [[nodiscard]] const Beginning& self() const noexcept { return self_; }
    [[nodiscard]] const Settings& settings() const noexcept { return self_.settings; }
    [[nodiscard]] const std::vector<Room>& rooms() const noexcept { return rooms_; }
    [[nodiscard]] const Room& current() const { return rooms_[current_]; }
    [[nodiscard]] const People& people() const noexcept { return people_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    [[nodiscard]] std::size_t pending() const noexcept { return pending_.size(); }
    /// How many people were told to be online and not yet to be gone.
    [[nodiscard]] std::size_t present() const noexcept { return present_.size(); }

  private:
    class Doing;
    class Sealed;
    [[nodiscard]] std::optional<NewsKind> change(Room& room, const Message& message, base::Time now);
    void take_note(Room& room, const Message& message, const Author& author, base::Time now);
    [[nodiscard]] std::string title_of(const nkeys::PublicKey& key, base::Time now) const;
    void stand(Room& room, const Send& sent, LineKind kind, base::Time now);
    void seek_read(Room& room);
    void ask_older(Room& room);
    void apply_notes(Room& room, const HistoryPage& page);
    [[nodiscard]] bool search_history(const std::string& words, base::Time now);
    [[nodiscard]] Line line_of(const Message& message, const Author& author, base::Time at) const;
    [[nodiscard]] Line line_of(const StoredMessage& stored, base::Time now) const;
    void tell_rekeyed(base::Time now);
    void rename_conversation(const nkeys::PublicKey& key, base::Time now);
    void hear_presence(const Message& message, base::Time now);
    [[nodiscard]] Room* room_for(const Message& message, const Author& author, base::Time now);
    Room* open(Place place, std::string title);
    Room& receive(Place place, const Author& author, base::Time now);
    void open_kept(const KeptRooms& kept);
    void make_room(Keeping keeping, base::Time now);
    void erase(std::vector<Room>::iterator room);
    [[nodiscard]] std::size_t count(Keeping keeping) const;
    void append(Room& room, Line line);
    void tell(News news);
    void tell_presence(const PresenceLine::Came& came, base::Time now);
    void announce();

    Beginning self_;
    People people_;
    std::vector<Room> rooms_;
    std::size_t current_ = 0;
    Recent seen_{16'384};
    std::set<nkeys::PublicKey> present_;  ///< who was told to be online
    PresenceLine presence_line_;
    std::set<nkeys::PublicKey> ignored_;
    std::set<Ticket> pending_;
    Ticket last_ticket_ = 0;
    std::uint64_t dropped_ = 0;
    ToldCount forged_;
    ToldCount forgotten_;  ///< conversations
    HistoryState history_;
    SealedTalk sealed_;
    std::vector<Effect> effects_;
    std::vector<News> news_;
    std::vector<Settled> settled_;
};

}  // namespace natscreds::chat
