#include <natscreds/chat-client/model/chat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

constexpr std::chrono::seconds between_warnings{10};
constexpr std::string_view action = "/me ";
constexpr std::string_view too_many_open = "too many conversations are open: this one is not";

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

/// A few seconds ago, by a date that may have been set meanwhile.
bool just_told(base::Time told, base::Time now) {
    return std::chrono::abs(now - told) < between_warnings;
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
    if (ignored_.contains(message.sender)) return;
    if (!seen_.insert(id_of(message))) return;
    const Author author = people_.author_of(message, now);
    tell_rekeyed(now);
    Room* const room = room_for(message, author, now);
    if (room == nullptr) {
        ++dropped_;
        return;
    }
    append(*room, line_of(message, author, now));
}

Line Chat::line_of(const Message& message, const Author& author, base::Time at) const {
    const bool acts = message.text.starts_with(action);
    Line line{.at = at, .text = harmless(acts ? message.text.substr(action.size()) : message.text)};
    line.kind = acts ? LineKind::action : LineKind::message;
    line.author = author;
    line.own = message.sender == self_.self;
    const bool direct = message.kind == MessageKind::direct;
    line.mentions_me = !line.own && (direct || mentions(line.text, self_.name));
    line.id = id_of(message);
    return line;
}

void Chat::hear_presence(const Message& message, base::Time now) {
    const bool stranger = message.sender != self_.self;
    people_.take(message, now);
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
        return tell(room, alone);
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
    ++forged_;
    if (just_told(forged_told_, now)) return;
    forged_told_ = now;
    notice(std::to_string(forged_) + " so far with a bad signature, not shown", now);
}

void Chat::tick(base::Time now) {
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
    if (message.kind == MessageKind::direct)
        return &receive({.channel = {}, .person = message.sender}, author, now);
    const auto found = std::ranges::find(rooms_, Place{.channel = message.channel}, &Room::place);
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
    ++forgotten_;
    if (just_told(forgotten_told_, now)) return;
    forgotten_told_ = now;
    notice("too many people write: so far " + std::to_string(forgotten_) +
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
    tell(room, added);
}

void Chat::tell(const Room& room, const Line& line) {
    if (news_.size() < max_news) news_.push_back({room.place(), room.title(), line});
}

void Chat::answer(std::string_view text, base::Time now) {
    append(rooms_[current_], {.at = now, .kind = LineKind::notice, .text = harmless(text), .passing = true});
}

void Chat::notice(std::string_view text, base::Time now) {
    append(rooms_[current_], {.at = now, .kind = LineKind::notice, .text = harmless(text)});
}

void Chat::deliver(Ticket ticket, Delivery delivery) {
    if (pending_.erase(ticket) == 0) return;
    for (Room& room : rooms_) {
        if (room.deliver(ticket, delivery)) return;
    }
}

// ---- what is typed

void Chat::type(std::string_view line, base::Time now) {
    if (line.find_first_not_of(" \t\n") == std::string_view::npos) return;
    forget_answers();
    const base::Result<Command> command = parse_command(line);
    if (!command) return answer(command.error().detail, now);
    std::visit([&](const auto& known) { run(known, now); }, *command);
}

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
}

void Chat::say(std::string text, LineKind kind, base::Time now) {
    const std::string sent = (kind == LineKind::action ? std::string(action) : "") + text;
    if (sent.size() > max_text_bytes)
        return answer("not sent: longer than 4096 bytes; send it in parts", now);
    Room& room = rooms_[current_];
    // Who answers a stranger has opened the conversation.
    if (open(room.place(), room.title()) == nullptr) return answer(too_many_open, now);
    Line line{.at = now, .kind = kind, .text = harmless(text)};
    line.author = {.name = self_.name, .verified_as = {}, .standing = Standing::verified};
    line.own = true;
    line.delivery = Delivery::pending;
    line.ticket = ++last_ticket_;
    pending_.insert(line.ticket);
    effects_.emplace_back(Send{line.ticket, room.place(), harmless(sent)});
    append(room, std::move(line));
}

void Chat::run(const Say& command, base::Time now) {
    say(command.text, LineKind::message, now);
}

void Chat::run(const Act& command, base::Time now) {
    say(command.text, LineKind::action, now);
}

void Chat::run(const Help&, base::Time now) {
    for (const CommandSpec& spec : command_specs()) {
        const std::string arguments = spec.arguments.empty() ? "" : " " + std::string(spec.arguments);
        answer(std::string(spec.name) + arguments + ": " + std::string(spec.help), now);
    }
}

void Chat::run(const Join& command, base::Time now) {
    const Place place{.channel = command.channel};
    const bool known = std::ranges::find(rooms_, place, &Room::place) != rooms_.end();
    if (open(place, "#" + command.channel) == nullptr) return answer(too_many_open, now);
    if (!known) effects_.emplace_back(Listen{command.channel});
    visit(place);
}

void Chat::run(const Close& command, base::Time now) {
    const Place place = command.channel.empty() ? current().place() : Place{.channel = command.channel};
    const auto found = std::ranges::find(rooms_, place, &Room::place);
    if (found == rooms_.end()) return answer("#" + command.channel + " is not open: /list says what is", now);
    if (rooms_.size() == 1) return answer("nothing else is open: /join another channel first", now);
    if (!place.person) effects_.emplace_back(StopListening{place.channel});
    const bool watched = place == current().place();
    erase(found);
    if (!watched) return;
    current_ = std::min(current_, rooms_.size() - 1);
    rooms_[current_].enter();
}

void Chat::run(const Clear&, base::Time) {
    rooms_[current_].clear();
}

void Chat::run(const ListPlaces&, base::Time now) {
    for (std::size_t i = 0; i < rooms_.size(); ++i) {
        const Room& room = rooms_[i];
        const std::string unread = room.unread() == 0 ? "" : ", " + std::to_string(room.unread()) + " unread";
        answer(std::to_string(i + 1) + " " + room.title() + unread, now);
    }
    answer("which other channels there are nobody keeps: /join NAME goes to any", now);
}

void Chat::run(const Nick&, base::Time now) {
    answer("your name, " + self_.name +
               ", is that of your credentials or of --name; to show another one beside it, "
               "leave and come back with: nats-chat --name NAME",
           now);
}

const Person* Chat::the_one(std::string_view name, base::Time now) {
    const std::vector<const Person*> found = people_.named(name, now);
    if (found.empty()) {
        answer("nobody called " + harmless(name) + " has been heard: /names lists who is online", now);
        return nullptr;
    }
    if (found.size() == 1) return found.front();
    const bool verified = is_verified(*found[0], now) && found[0]->verified_name == name;
    const bool second_too = is_verified(*found[1], now) && found[1]->verified_name == name;
    if (verified && !second_too) return found.front();
    answer("several are called " + harmless(name) + "; type the beginning of a key instead:", now);
    for (const Person* person : found)
        answer(person->key.text() + " " + person->name, now);
    return nullptr;
}

std::optional<nkeys::PublicKey> Chat::recipient(std::string_view name, base::Time now) {
    // A whole key needs nobody to have been heard: scripts write to it at once.
    if (const auto key = nkeys::PublicKey::parse(name, nkeys::Kind::user)) return *key;
    const Person* const person = the_one(name, now);
    return person != nullptr ? std::optional(person->key) : std::nullopt;
}

void Chat::run(const Direct& command, base::Time now) {
    const std::optional<nkeys::PublicKey> key = recipient(command.name, now);
    if (!key) return;
    const Person* const person = people_.find(*key);
    const Place place{.channel = {}, .person = *key};
    if (open(place, "@" + (person != nullptr ? shown(people_.author_of(*person, now)) : key->text())) ==
        nullptr)
        return answer(too_many_open, now);
    visit(place);
    if (!command.text.empty()) say(command.text, LineKind::message, now);
}

void Chat::run(const Names&, base::Time now) {
    const std::vector<const Person*> online = people_.all_online(now);
    std::string names;
    for (const Person* person : online)
        names += " " + shown(people_.author_of(*person, now));
    answer(online.empty() ? "nobody else is online" : "online:" + names, now);
}

void Chat::run(const WhoIs& command, base::Time now) {
    const std::vector<const Person*> found = people_.named(command.name, now);
    if (found.empty()) return answer("nobody called " + harmless(command.name) + " has been heard", now);
    for (const Person* person : found) {
        const std::string proof =
            is_verified(*person, now) ? "verified as " + person->verified_name : "not verified";
        answer(person->name + " is " + person->key.text() + ", " + proof +
                   (people_.online(person->key, now) ? ", online" : ", offline"),
               now);
        if (people_.author_of(*person, now).pinning == Pinning::changed)
            answer(person->name + " used to be another key's name", now);
    }
    if (found.size() == 1) people_.acknowledge(*found.front(), now);
}

void Chat::run(const Ignore& command, base::Time now) {
    if (command.name.empty()) {
        for (const nkeys::PublicKey& key : ignored_) {
            const Person* const person = people_.find(key);
            answer(key.text() + (person != nullptr ? " " + person->name : "") + " is ignored", now);
        }
        if (ignored_.empty()) answer("nobody is ignored", now);
        return;
    }
    const Person* const person = the_one(command.name, now);
    if (person == nullptr) return;
    const std::string name = shown(people_.author_of(*person, now));
    if (ignored_.erase(person->key) > 0) return answer(name + " is no longer ignored", now);
    // Each was heard, and so many are remembered.
    if (ignored_.size() >= People::max_people) return answer("too many are ignored already", now);
    ignored_.insert(person->key);
    answer(name + " is ignored until you leave; /ignore " + person->name + " again ends that", now);
}

void Chat::run(const Search& command, base::Time now) {
    if (search_history(command.words, now)) return;
    std::vector<std::string> hits;
    for (const Line& line : current().lines()) {
        const bool said = line.kind != LineKind::notice;
        if (said && contains_words(line.text, command.words)) hits.push_back(shown(line));
    }
    constexpr std::size_t max_hits = 20;
    const std::size_t first = hits.size() > max_hits ? hits.size() - max_hits : 0;
    answer(std::to_string(hits.size()) + " found for \"" + command.words + "\"", now);
    for (std::size_t i = first; i < hits.size(); ++i)
        answer(hits[i], now);
}

void Chat::run(const Set& command, base::Time now) {
    if (!command.value.empty()) {
        const base::Status set = self_.settings.set(command.name, command.value);
        if (!set) return answer(set.error().message(), now);
    }
    bool any = false;
    for (const Settings::Entry& entry : self_.settings.entries()) {
        if (!entry.name.starts_with(command.name)) continue;
        answer(entry.name + " = " + entry.value, now);
        any = true;
    }
    if (!any) answer("there is no setting " + command.name + ": /set lists them", now);
}

void Chat::run(const RoundTrip&, base::Time) {
    effects_.emplace_back(MeasureRoundTrip{});
}

void Chat::run(const Servers&, base::Time) {
    effects_.emplace_back(TellServer{});
}

void Chat::run(const Quit&, base::Time) {
    effects_.emplace_back(Leave{});
}

}  // namespace natscreds::chat
