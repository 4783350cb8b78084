// Direct messages that only the two can read; the rest of a Chat is in chat.cpp.
#include "chat_sealed.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/model/text.h>

namespace natscreds::chat {
namespace {

/// A key that was asked for is here within this, or nobody has announced it.
constexpr std::chrono::seconds key_awaited{3};

}  // namespace

std::string Chat::Sealed::name_of(const nkeys::PublicKey& person, base::Time now) const {
    return chat_.title_of(person, now).substr(1);
}

/// In the conversation where it is open, otherwise where one looks.
void Chat::Sealed::tell(const nkeys::PublicKey& person, std::string text, base::Time now) {
    const auto found = std::ranges::find(chat_.rooms_, Place{.channel = {}, .person = person}, &Room::place);
    Room& room = found != chat_.rooms_.end() ? *found : chat_.rooms_[chat_.current_];
    chat_.append(room, {.at = now, .kind = LineKind::notice, .text = harmless(text)});
}

void Chat::Sealed::take_curve(const Message& message, base::Time now) {
    if (!on() || !message.curve) return;
    if (message.sender == chat_.self_.self) {
        if (*message.curve == *chat_.self_.curve || message.kind != MessageKind::presence) return;
        if (std::exchange(talk_.other_key_told, true)) return;
        chat_.notice("another chat of yours announces another curve key, " + message.curve->text() +
                         ": what is sealed for that one cannot be read here",
                     now);
        return;
    }
    switch (talk_.state.peers.take({message.sender, *message.curve, message.issued_at}, now)) {
        case PeerKeys::Taken::same:
            return;
        case PeerKeys::Taken::first:
            talk_.changed = true;
            release(message.sender);
            return;
        case PeerKeys::Taken::changed:
            break;
    }
    talk_.changed = true;
    const std::string name = name_of(message.sender, now);
    tell(message.sender,
         name + " has another curve key, " + message.curve->text() +
             ": nothing is sent until you accept it with /whois " + message.sender.text(),
         now);
}

bool Chat::Sealed::admit(const Message& message, base::Time now) {
    if (!message.was_sealed) return true;
    if (!talk_.state.seen.insert({message.sender, message.id, message.issued_at}, now)) return false;
    talk_.changed = true;
    // Who could seal for us shows the key that is theirs, as an announcement does.
    take_curve(message, now);
    if (talk_.state.peers.usable(message.sender) == message.curve)
        (void)talk_.state.peers.pin(message.sender);
    return true;
}

void Chat::Sealed::cannot_open(base::Time now) {
    if (!talk_.unopened.add(now)) return;
    chat_.notice(std::to_string(talk_.unopened.count()) +
                     " sealed messages so far that cannot be opened: sealed for a curve key that is not here",
                 now);
}

void Chat::Sealed::hear_kept(const StoredMessage& stored, base::Time now) {
    const Message& message = stored.message;
    if (message.kind == MessageKind::sealed) return cannot_open(now);
    if (chat_.ignored_.contains(message.sender) || !admit(message, now)) return;
    if (!chat_.seen_.insert(id_of(message))) return;
    if (message.note.saying == Saying::receipt) return take_receipt(message);
    const Author author = chat_.people_.author_then(message, stored.at, now);
    Room* const room = chat_.room_for(message, author, now);
    if (room == nullptr) return;
    if (message.note.saying != Saying::words) return chat_.take_note(*room, message, author, now);
    Line line = chat_.line_of(message, author, stored.at);
    line.was_kept = true;
    chat_.append(*room, std::move(line));
}

// ---- receipts

void Chat::Sealed::take_receipt(const Message& message) {
    const std::optional<MessageRef>& about = message.note.about;
    if (!chat_.settings().is_on(Switch::receipts) || !message.was_sealed) return;
    if (!about || about->sender != chat_.self_.self) return;
    const auto room =
        std::ranges::find(chat_.rooms_, Place{.channel = {}, .person = message.sender}, &Room::place);
    if (room != chat_.rooms_.end()) room->mark_read(*about);
}

void Chat::Sealed::send_receipt(const Room& room) {
    if (!on() || !room.place().person || !chat_.settings().is_on(Switch::receipts)) return;
    const Line* const line = room.newest(Room::Whose::others);
    if (line == nullptr || !line->asks_receipt) return;
    std::string& last = talk_.receipted[*room.place().person];
    if (std::exchange(last, line->ref->id) == line->ref->id) return;
    const Ticket ticket = ++chat_.last_ticket_;
    Send receipt{.ticket = ticket,
                 .place = room.place(),
                 .text = {},
                 .id = chat_.self_.id_prefix + std::to_string(ticket),
                 .note = {.saying = Saying::receipt, .about = line->ref}};
    if (seal(receipt) && receipt.seal_for) chat_.effects_.emplace_back(std::move(receipt));
}

// ---- what one sends

base::Status Chat::Sealed::check(const Place& place, const std::string& text) const {
    if (!on() || !place.person) return {};
    const auto no = std::make_error_code(std::errc::invalid_argument);
    if (talk_.state.peers.has_changed(*place.person))
        return base::Error{
            no, "not sent: the curve key has changed; accept it with /whois " + place.person->text()};
    if (text.size() > max_text_in(place))
        return base::Error{no, "not sent: a direct message has 3600 bytes at most; send it in parts"};
    return {};
}

/// False as long as there is no key, and plain ones are not allowed.
bool Chat::Sealed::seal(Send& message) {
    if (!on() || !message.place.person) return true;
    PeerKeys& peers = talk_.state.peers;
    const bool to_oneself = message.place.person == chat_.self_.self;
    message.seal_for = to_oneself ? chat_.self_.curve : peers.usable(*message.place.person);
    message.asks_receipt = chat_.settings().is_on(Switch::receipts);
    if (!message.seal_for) {
        const auto room = std::ranges::find(chat_.rooms_, message.place, &Room::place);
        const bool allowed = peers.is_insecure(*message.place.person);
        if (allowed && room != chat_.rooms_.end()) room->mark_plain({chat_.self_.self, message.id});
        return allowed;
    }
    if (peers.pin(*message.place.person)) talk_.changed = true;
    return true;
}

/// Once.
void Chat::Sealed::tell_missing(const nkeys::PublicKey& person, base::Time now) {
    if (!talk_.missing || chat_.people_.online(person, now)) return;
    if (std::exchange(talk_.missing_told, true)) return;
    tell(person,
         name_of(person, now) + " is away, and nothing is kept here for who is away: this may not arrive",
         now);
}

void Chat::Sealed::send(Send message, base::Time now) {
    if (on() && message.place.person) tell_missing(*message.place.person, now);
    if (seal(message)) {
        chat_.effects_.emplace_back(std::move(message));
    } else {
        talk_.held.push_back({std::move(message), now});
    }
}

void Chat::Sealed::release(const nkeys::PublicKey& person) {
    std::vector<SealedTalk::Held> rest;
    for (SealedTalk::Held& held : std::exchange(talk_.held, {})) {
        const bool goes = held.send.place.person == person && seal(held.send);
        goes ? (void)chat_.effects_.emplace_back(std::move(held.send)) : rest.push_back(std::move(held));
    }
    talk_.held = std::move(rest);
}

void Chat::Sealed::give_up_held(base::Time now) {
    std::vector<SealedTalk::Held> rest;
    std::vector<nkeys::PublicKey> told;
    for (SealedTalk::Held& held : std::exchange(talk_.held, {})) {
        if (std::chrono::abs(now - held.since) < key_awaited) {
            rest.push_back(std::move(held));
            continue;
        }
        ++talk_.unsent;
        chat_.deliver(held.send.ticket, Delivery::failed);
        const nkeys::PublicKey& person = *held.send.place.person;
        if (std::ranges::count(told, person) > 0) continue;
        told.push_back(person);
        tell(person,
             "not sent: " + name_of(person, now) + " has announced no key to seal it for; /insecure " +
                 person.text() + " sends plain ones, which whoever holds the server can read",
             now);
    }
    talk_.held = std::move(rest);
}

void Chat::take(const SealedPage& page, base::Time now) {
    if (page.sequence != sealed_.state.sequence) sealed_.changed = true;
    sealed_.state.sequence = page.sequence;
    for (const StoredMessage& stored : page.messages)
        Sealed(*this).hear_kept(stored, now);
}

}  // namespace natscreds::chat
