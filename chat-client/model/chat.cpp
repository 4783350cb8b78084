#include <natscreds/chat-client/model/chat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/model/text.h>

#include "chat_sealed.h"

namespace natscreds::chat {
namespace {

std::string direct_title(const Author& author) {
    return "@" + shown(author);
}

std::size_t max_of(Keeping keeping) {
    switch (keeping) {
        case Keeping::stranger:
            return Chat::max_stranger_rooms;
        case Keeping::verified:
            return Chat::max_verified_rooms;
        case Keeping::opened:
            break;
    }
    return Chat::max_opened_rooms;
}

/// When something was last said there.
base::Time last_moment(const Room& room) {
    return room.lines().empty() ? base::Time{} : room.lines().back().at;
}

}  // namespace

Chat::Chat(Beginning beginning) : self_(std::move(beginning)), people_(self_.issuers) {
    for (const std::string& channel : self_.channels) {
        if (open({.channel = channel}, "#" + channel) != nullptr) effects_.emplace_back(Listen{channel});
    }
    open_kept(self_.kept);
    sealed_.state = std::move(self_.sealed);
}

void Chat::open_kept(const KeptRooms& kept) {
    const bool looked_at_before = self_.channels.empty();
    for (const KeptRooms::Kept& room : kept.rooms) {
        const bool known = std::ranges::find(rooms_, room.place, &Room::place) != rooms_.end();
        // Until that person is heard nobody knows whether the name is still theirs.
        const std::string title = room.place.person ? "@" + room.name + "?" : "#" + room.place.channel;
        Room* const opened = open(room.place, title);
        if (opened == nullptr) return;
        opened->set_draft(room.draft);
        opened->set_read(room.read);
        if (!known && !room.place.person) effects_.emplace_back(Listen{room.place.channel});
    }
    if (looked_at_before && kept.current < rooms_.size()) current_ = kept.current;
}

KeptRooms Chat::kept() const {
    KeptRooms kept;
    for (const Room& room : rooms_) {
        if (room.keeping() != Keeping::opened || kept.rooms.size() >= KeptRooms::most) continue;
        if (&room == &current()) kept.current = kept.rooms.size();
        const Person* const person = room.place().person ? people_.find(*room.place().person) : nullptr;
        std::string name = person != nullptr ? person->name : harmless_name(room.title().substr(1));
        kept.rooms.push_back(
            {.place = room.place(), .name = std::move(name), .draft = room.draft(), .read = room.read()});
    }
    return kept;
}

// ---- what arrives

void Chat::hear(const Message& message, base::Time now) {
    if (message.kind == MessageKind::presence) return hear_presence(message, now);
    if (message.kind == MessageKind::announcement) {
        people_.take(message, now);
        return Sealed(*this).take_curve(message, now);
    }
    if (ignored_.contains(message.sender)) return;
    if (message.kind == MessageKind::sealed) return Sealed(*this).cannot_open(now);
    if (!Sealed(*this).admit(message, now)) return;
    if (!seen_.insert(id_of(message))) return;
    if (message.note.saying == Saying::receipt) return Sealed(*this).take_receipt(message);
    const Author author = people_.author_of(message, now);
    tell_rekeyed(now);
    Room* const room = room_for(message, author, now);
    if (room == nullptr) {
        ++dropped_;
        return;
    }
    if (message.note.saying != Saying::words) return take_note(*room, message, author, now);
    // One from so long ago that its id is not among the newest any more, and that stands here.
    if (room->find({message.sender, message.id}) != nullptr) return;
    append(*room, line_of(message, author, now));
}

Line Chat::line_of(const Message& message, const Author& author, base::Time at) const {
    const bool acts = message.text.starts_with(action_sign);
    Line line{.at = at, .text = harmless(acts ? message.text.substr(action_sign.size()) : message.text)};
    line.kind = acts ? LineKind::action : LineKind::message;
    line.author = author;
    line.own = message.sender == self_.self;
    line.ref = MessageRef{message.sender, message.id};
    line.reply_to = message.note.about;
    const bool direct = message.kind == MessageKind::direct;
    line.plain = direct && self_.curve && !message.was_sealed;
    line.asks_receipt = message.asks_receipt;
    line.mentions_me = !line.own && (direct || mentions(line.text, self_.name));
    return line;
}

void Chat::hear_presence(const Message& message, base::Time now) {
    const bool stranger = message.sender != self_.self;
    people_.take(message, now);
    Sealed(*this).take_curve(message, now);
    // Another chat of ours, with the same key, has left: that is not for us.
    if (!stranger && message.movement == Movement::leaves) announce();
    if (!stranger) return;
    tell_rekeyed(now);
    rename_conversation(message.sender, now);
    const bool was_present = present_.contains(message.sender);
    const bool is_present = people_.online(message.sender, now);
    if (message.movement == Movement::arrives && is_present) announce();
    if (was_present == is_present) return;
    if (is_present) {
        // Those of whom nothing is known any more make room.
        if (present_.size() >= 2 * People::max_people)
            std::erase_if(present_,
                          [&](const nkeys::PublicKey& key) { return people_.find(key) == nullptr; });
        present_.insert(message.sender);
    } else {
        present_.erase(message.sender);
    }
    const Author author = people_.author_of(message, now);
    tell_presence({message.sender, shown(author),
                   is_present ? PresenceLine::Coming::online : PresenceLine::Coming::left},
                  now);
}

/// It may have been opened before anybody knew whose name that is.
void Chat::rename_conversation(const nkeys::PublicKey& key, base::Time now) {
    const auto found = std::ranges::find(rooms_, Place{.channel = {}, .person = key}, &Room::place);
    const Person* const person = people_.find(key);
    if (found != rooms_.end() && person != nullptr)
        found->rename(direct_title(people_.author_of(*person, now)));
}

/// Those who come and go while nothing else happens stand in one line.
void Chat::tell_presence(const PresenceLine::Came& came, base::Time now) {
    if (!settings().is_on(Switch::presence) || ignored_.contains(came.key)) return;
    Room& room = rooms_[current_];
    const bool goes_on = presence_line_.goes_on_in(room);
    if (!goes_on) presence_line_.begin();
    presence_line_.add(came);
    const Line alone{.at = now, .kind = LineKind::notice, .text = PresenceLine::text_of({came})};
    if (goes_on && room.amend_last(presence_line_.number(), presence_line_.text(), now))
        return tell({.place = room.place(), .title = room.title(), .line = alone});
    append(room, alone);
    presence_line_.stands_in(room);
}

/// Quietly: whoever gives names says that it is the same person.
void Chat::tell_rekeyed(base::Time now) {
    for (const std::string& name : people_.take_rekeyed())
        notice(name + " has a new key, which the same owner was given", now);
}

void Chat::hear_nonsense(const base::Error& error, base::Time now) {
    ++dropped_;
    if (error.code != Errc::bad_signature) return;
    if (!forged_.add(now)) return;
    notice(std::to_string(forged_.count()) + " so far with a bad signature, not shown", now);
}

void Chat::believe(std::vector<nkeys::PublicKey> issuers, base::Time now) {
    people_.believe(std::move(issuers), now);
}

void Chat::tick(base::Time now) {
    Sealed(*this).give_up_held(now);
    std::erase_if(present_, [&](const nkeys::PublicKey& key) {
        if (people_.online(key, now)) return false;
        const Person* const person = people_.find(key);
        if (person != nullptr)
            tell_presence({key, shown(people_.author_of(*person, now)), PresenceLine::Coming::offline}, now);
        return true;
    });
}

/// One that has not been carried out yet answers all who have come since.
void Chat::announce() {
    const bool waits = std::ranges::any_of(
        effects_, [](const Effect& effect) { return std::holds_alternative<Announce>(effect); });
    if (!waits) effects_.emplace_back(Announce{});
}

Room* Chat::room_for(const Message& message, const Author& author, base::Time now) {
    const bool direct = message.kind == MessageKind::direct;
    const Place place =
        direct ? Place{.channel = {}, .person = message.sender} : Place{.channel = message.channel};
    // What is about a message opens nothing.
    if (direct && message.note.saying == Saying::words) return &receive(place, author, now);
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    return found != rooms_.end() ? &*found : nullptr;
}

/// Of somebody who writes.
Room& Chat::receive(Place place, const Author& author, base::Time now) {
    const Keeping keeping = author.standing == Standing::verified ? Keeping::verified : Keeping::stranger;
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    const bool known = found != rooms_.end();
    if (known) found->rename(direct_title(author));
    if (known && found->keeping() >= keeping) return *found;
    make_room(keeping, now);
    // Another room may have gone: what was found may be elsewhere now.
    const auto again = std::ranges::find(rooms_, place, &Room::place);
    if (again == rooms_.end()) return rooms_.emplace_back(std::move(place), direct_title(author), keeping);
    again->keep(keeping);
    return *again;
}

std::size_t Chat::count(Keeping keeping) const {
    return static_cast<std::size_t>(std::ranges::count(rooms_, keeping, &Room::keeping));
}

/// What is looked at stays.
void Chat::make_room(Keeping keeping, base::Time now) {
    if (count(keeping) < max_of(keeping)) return;
    auto oldest = rooms_.end();
    for (auto room = rooms_.begin(); room != rooms_.end(); ++room) {
        const bool watched = room == rooms_.begin() + static_cast<std::ptrdiff_t>(current_);
        if (room->keeping() != keeping || watched) continue;
        if (oldest == rooms_.end() || last_moment(*room) < last_moment(*oldest)) oldest = room;
    }
    if (oldest == rooms_.end()) return;
    erase(oldest);
    if (!forgotten_.add(now)) return;
    notice("too many people write: so far " + std::to_string(forgotten_.count()) +
               " conversations are forgotten, those of strangers and the oldest first",
           now);
}

void Chat::erase(std::vector<Room>::iterator room) {
    const auto index = static_cast<std::size_t>(room - rooms_.begin());
    rooms_.erase(room);
    if (index < current_) --current_;
}

/// As one wants it; nothing where there are too many already.
Room* Chat::open(Place place, std::string title) {
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    const bool known = found != rooms_.end();
    if (known) found->rename(std::move(title));
    if (known && found->keeping() == Keeping::opened) return &*found;
    if (count(Keeping::opened) >= max_opened_rooms) return nullptr;
    if (!known) return &rooms_.emplace_back(std::move(place), std::move(title));
    found->keep(Keeping::opened);
    return &*found;
}

void Chat::append(Room& room, Line line) {
    const bool watched = &room == &rooms_[current_];
    const Line& added = room.append(std::move(line), watched ? Room::Watched::yes : Room::Watched::no);
    tell({.place = room.place(), .title = room.title(), .line = added});
    if (watched && added.asks_receipt) Sealed(*this).send_receipt(room);
}

void Chat::tell(News news) {
    if (news_.size() < max_news) news_.push_back(std::move(news));
}

void Chat::answer(std::string_view text, base::Time now) {
    append(rooms_[current_], {.at = now, .kind = LineKind::notice, .text = harmless(text), .passing = true});
}

void Chat::notice(std::string_view text, base::Time now) {
    append(rooms_[current_], {.at = now, .kind = LineKind::notice, .text = harmless(text)});
}

void Chat::deliver(Ticket ticket, Delivery delivery) {
    if (pending_.erase(ticket) == 0) return;
    if (settled_.size() < max_news) settled_.push_back({ticket, delivery});
    for (Room& room : rooms_) {
        if (room.deliver(ticket, delivery)) return;
    }
}

// ---- what is typed

void Chat::forget_answers() {
    end_search();
    rooms_[current_].forget_passing();
}

void Chat::keep_draft(const Place& place, std::string draft) {
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    if (found != rooms_.end()) found->set_draft(std::move(draft));
}

void Chat::visit(const Place& place) {
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    if (found == rooms_.end()) return;
    rooms_[current_].leave();
    rooms_[current_].forget_passing();
    current_ = static_cast<std::size_t>(found - rooms_.begin());
    rooms_[current_].enter();
    Sealed(*this).send_receipt(rooms_[current_]);
}

}  // namespace natscreds::chat
