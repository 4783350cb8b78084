// What one says, and what is said about it: edits, deletions, reactions. The rest of a Chat is in chat.cpp.
#include <algorithm>
#include <utility>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/model/text.h>

#include "chat_sealed.h"
#include "dated_ahead.h"

namespace natscreds::chat {
namespace {

constexpr std::string_view too_many_places = "too many conversations are open: this one is not";

base::Error refused(std::string why) {
    return {std::make_error_code(std::errc::invalid_argument), std::move(why)};
}

std::uint64_t revision_at(base::Time now) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(now.time_since_epoch().count(), 1));
}

/// Greater than the one before, also within a second.
std::uint64_t revision_after(std::uint64_t before, base::Time now) {
    return std::max(before + 1, revision_at(now));
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

/// Whether this may be said about a message that is, or is not, here.
base::Status check(const Annotation& note, const std::string& text, const Line* about) {
    const bool changes = note.saying == Saying::edit || note.saying == Saying::deletion;
    if (changes && (about == nullptr || !about->own))
        return refused("not sent: that is no message of yours here");
    if (changes && about->deleted) return refused("not sent: that message is deleted");
    if (note.saying == Saying::reaction && about == nullptr)
        return refused("not sent: the message is not here any more");
    if (note.saying == Saying::reaction && !is_reaction(text))
        return refused("not sent: a reaction is one sign, such as 👍");
    if (text.size() > max_text_bytes) return refused("not sent: longer than 4096 bytes; send it in parts");
    if (note.saying == Saying::topic && text.size() > max_topic_bytes)
        return refused("not sent: a topic has 200 bytes at most");
    const bool needs_text = note.saying == Saying::words || note.saying == Saying::edit;
    if (needs_text && is_blank(text)) return refused("not sent: there is no text");
    return {};
}

}  // namespace

base::Result<Sent> Chat::send(const Utterance& utterance, base::Time now) {
    const auto found = std::ranges::find(rooms_, utterance.place, &Room::place);
    const Place& place = utterance.place;
    if (found == rooms_.end() && !place.person)
        return refused("not sent: #" + place.channel + " is not open");
    Annotation note = utterance.note;
    const Line* const about = found != rooms_.end() && note.about ? found->find(*note.about) : nullptr;
    const std::string sign = utterance.kind == LineKind::action ? std::string(action_sign) : "";
    const std::string text = harmless(sign + utterance.text);
    if (base::Status allowed = check(note, text, about); !allowed) return allowed.error();
    if (base::Status allowed = Sealed(*this).check(place, text); !allowed) return allowed.error();
    if (about != nullptr && note.saying != Saying::reaction)
        note.revision = revision_after(about->revision, now);
    if (note.saying == Saying::reaction)
        note.revision = revision_after(about->reactions.of(self_.self, text).revision, now);
    if (note.saying == Saying::topic) note.revision = revision_after(found->topic_revision(), now);
    // Who answers a stranger has opened the conversation.
    Room* const room = open(place, found != rooms_.end() ? found->title() : title_of(*place.person, now));
    if (room == nullptr) return refused(std::string(too_many_places));
    const Ticket ticket = ++last_ticket_;
    Send sent{ticket, place, text, self_.id_prefix + std::to_string(ticket), std::move(note)};
    pending_.insert(ticket);
    stand(*room, sent, utterance.kind, now);
    const std::string id = sent.id;
    Sealed(*this).send(std::move(sent), now);
    return Sent{ticket, id};
}

std::string Chat::title_of(const nkeys::PublicKey& key, base::Time now) const {
    const Person* const person = people_.find(key);
    return "@" + (person != nullptr ? shown(people_.author_of(*person, now)) : key.text());
}

/// What one sends is shown at once; it does not come back.
void Chat::stand(Room& room, const Send& sent, LineKind kind, base::Time now) {
    const Annotation& note = sent.note;
    switch (note.saying) {
        case Saying::edit:
            room.edit(*note.about, sent.text, note.revision);
            return;
        case Saying::deletion:
            room.remove(*note.about, note.revision);
            return;
        case Saying::reaction:
            room.react(*note.about, {self_.self, sent.text, note.revision, note.withdrawn});
            return;
        case Saying::topic:
            room.set_topic(sent.text, note.revision);
            return;
        case Saying::words:
        case Saying::receipt:
            break;
    }
    const bool acts = kind == LineKind::action;
    Line line{.at = now, .kind = kind, .text = acts ? sent.text.substr(action_sign.size()) : sent.text};
    line.author = {.name = self_.name, .verified_as = {}, .standing = Standing::verified};
    line.own = true;
    line.delivery = Delivery::pending;
    line.ticket = sent.ticket;
    line.ref = MessageRef{self_.self, sent.id};
    line.reply_to = note.about;
    append(room, std::move(line));
}

void Chat::utter(const Utterance& utterance, base::Time now) {
    if (const base::Result<Sent> sent = send(utterance, now); !sent) answer(sent.error().detail, now);
}

/// What a message does to another one, or to the room; nothing where it does not count.
std::optional<NewsKind> Chat::change(Room& room, const Message& message, base::Time now) {
    const Annotation& note = message.note;
    const std::string text = harmless(message.text);
    if (note.revision > revision_at(now + max_dated_ahead)) return std::nullopt;
    bool changed = false;
    NewsKind kind = NewsKind::said;
    switch (note.saying) {
        case Saying::edit:
            kind = NewsKind::edited;
            changed = !is_blank(text) && room.edit(*note.about, text, note.revision);
            break;
        case Saying::deletion:
            kind = NewsKind::deleted;
            changed = room.remove(*note.about, note.revision);
            break;
        case Saying::reaction:
            kind = NewsKind::reacted;
            changed = is_reaction(text) &&
                      room.react(*note.about, {message.sender, text, note.revision, note.withdrawn});
            break;
        case Saying::topic:
            kind = NewsKind::topic;
            changed = room.set_topic(text, note.revision);
            break;
        case Saying::words:
        case Saying::receipt:
            break;
    }
    return changed ? std::optional(kind) : std::nullopt;
}

void Chat::take_note(Room& room, const Message& message, const Author& author, base::Time now) {
    const std::optional<NewsKind> kind = change(room, message, now);
    if (!kind) return;
    const Annotation& note = message.note;
    const std::string text = harmless(message.text);
    const Line* const line = note.about ? room.find(*note.about) : nullptr;
    tell({.place = room.place(),
          .title = room.title(),
          .line = line != nullptr ? *line : Line{.at = now, .text = text},
          .kind = *kind,
          .by = author,
          .by_key = message.sender,
          .text = text,
          .withdrawn = note.withdrawn});
}

base::Result<Place> Chat::place_of(std::string_view channel, std::string_view person, base::Time now) const {
    if (person.empty()) {
        Place place{.channel = std::string(channel)};
        if (std::ranges::find(rooms_, place, &Room::place) != rooms_.end()) return place;
        return refused("the channel \"" + harmless(channel) + "\" is not open");
    }
    if (const auto key = nkeys::PublicKey::parse(person, nkeys::Kind::user))
        return Place{.channel = {}, .person = *key};
    const std::vector<const Person*> found = people_.named(person, now);
    if (found.size() == 1) return Place{.channel = {}, .person = found.front()->key};
    return refused(found.empty() ? "nobody called \"" + harmless(person) + "\" has been heard"
                                 : "several are called \"" + harmless(person) + "\": give a key");
}

}  // namespace natscreds::chat
