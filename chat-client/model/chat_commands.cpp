// What each command does; the rest of a Chat is in chat.cpp.
#include <algorithm>
#include <optional>
#include <utility>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/command.h>
#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/model/text.h>

#include "chat_sealed.h"

namespace natscreds::chat {
namespace {

constexpr std::string_view too_many_open = "too many conversations are open: this one is not";

}  // namespace

class Chat::Doing {
  public:
    explicit Doing(Chat& chat) : chat_(chat) {}

    void say(std::string text, LineKind kind, base::Time now) {
        chat_.utter({.place = chat_.current().place(), .text = std::move(text), .kind = kind}, now);
    }

    void run(const Say& command, base::Time now) { say(command.text, LineKind::message, now); }

    void run(const Act& command, base::Time now) { say(command.text, LineKind::action, now); }

    void run(const Help&, base::Time now) {
        for (const CommandSpec& spec : command_specs()) {
            const std::string arguments = spec.arguments.empty() ? "" : " " + std::string(spec.arguments);
            chat_.answer(std::string(spec.name) + arguments + ": " + std::string(spec.help), now);
        }
    }

    void run(const Join& command, base::Time now) {
        const Place place{.channel = command.channel};
        const bool known = std::ranges::find(chat_.rooms_, place, &Room::place) != chat_.rooms_.end();
        if (chat_.open(place, "#" + command.channel) == nullptr) return chat_.answer(too_many_open, now);
        if (!known) chat_.effects_.emplace_back(Listen{command.channel});
        chat_.visit(place);
    }

    void run(const Close& command, base::Time now) {
        const Place place =
            command.channel.empty() ? chat_.current().place() : Place{.channel = command.channel};
        const auto found = std::ranges::find(chat_.rooms_, place, &Room::place);
        if (found == chat_.rooms_.end())
            return chat_.answer("#" + command.channel + " is not open: /list says what is", now);
        if (chat_.rooms_.size() == 1)
            return chat_.answer("nothing else is open: /join another channel first", now);
        if (!place.person) chat_.effects_.emplace_back(StopListening{place.channel});
        const bool watched = place == chat_.current().place();
        chat_.erase(found);
        if (!watched) return;
        chat_.current_ = std::min(chat_.current_, chat_.rooms_.size() - 1);
        chat_.rooms_[chat_.current_].enter();
    }

    void run(const Clear&, base::Time) { chat_.rooms_[chat_.current_].clear(); }

    void run(const ListPlaces&, base::Time now) {
        for (std::size_t i = 0; i < chat_.rooms_.size(); ++i) {
            const Room& room = chat_.rooms_[i];
            const std::string unread =
                room.unread() == 0 ? "" : ", " + std::to_string(room.unread()) + " unread";
            chat_.answer(std::to_string(i + 1) + " " + room.title() + unread, now);
        }
        chat_.answer("which other channels there are nobody keeps: /join NAME goes to any", now);
    }

    void run(const Nick&, base::Time now) {
        chat_.answer("your name, " + chat_.self_.name +
                         ", is that of your credentials or of --name; to show another one beside it, "
                         "leave and come back with: nats-chat --name NAME",
                     now);
    }

    const Person* the_one(std::string_view name, base::Time now) {
        const std::vector<const Person*> found = chat_.people_.named(name, now);
        if (found.empty()) {
            chat_.answer("nobody called " + harmless(name) + " has been heard: /names lists who is online",
                         now);
            return nullptr;
        }
        if (found.size() == 1) return found.front();
        const bool verified = is_verified(*found[0], now) && found[0]->verified_name == name;
        const bool second_too = is_verified(*found[1], now) && found[1]->verified_name == name;
        if (verified && !second_too) return found.front();
        chat_.answer("several are called " + harmless(name) + "; type the beginning of a key instead:", now);
        for (const Person* person : found)
            chat_.answer(person->key.text() + " " + person->name, now);
        return nullptr;
    }

    std::optional<nkeys::PublicKey> recipient(std::string_view name, base::Time now) {
        // A whole key needs nobody to have been heard: scripts write to it at once.
        if (const auto key = nkeys::PublicKey::parse(name, nkeys::Kind::user)) return *key;
        const Person* const person = the_one(name, now);
        return person != nullptr ? std::optional(person->key) : std::nullopt;
    }

    void run(const Direct& command, base::Time now) {
        const std::optional<nkeys::PublicKey> key = recipient(command.name, now);
        if (!key) return;
        const Place place{.channel = {}, .person = *key};
        if (chat_.open(place, chat_.title_of(*key, now)) == nullptr) return chat_.answer(too_many_open, now);
        chat_.visit(place);
        if (!command.text.empty()) say(command.text, LineKind::message, now);
    }

    void run(const Names&, base::Time now) {
        const std::vector<const Person*> online = chat_.people_.all_online(now);
        std::string names;
        for (const Person* person : online)
            names += " " + shown(chat_.people_.author_of(*person, now));
        chat_.answer(online.empty() ? "nobody else is online" : "online:" + names, now);
    }

    void run(const WhoIs& command, base::Time now) {
        const std::vector<const Person*> found = chat_.people_.named(command.name, now);
        if (found.empty())
            return chat_.answer("nobody called " + harmless(command.name) + " has been heard", now);
        for (const Person* person : found) {
            const std::string proof =
                is_verified(*person, now) ? "verified as " + person->verified_name : "not verified";
            chat_.answer(person->name + " is " + person->key.text() + ", " + proof +
                             (chat_.people_.online(person->key, now) ? ", online" : ", offline"),
                         now);
            if (chat_.people_.author_of(*person, now).pinning == Pinning::changed)
                chat_.answer(person->name + " used to be another key's name", now);
        }
        if (found.size() != 1) return;
        chat_.people_.acknowledge(*found.front(), now);
        tell_curve(*found.front(), now);
    }

    void tell_curve(const Person& person, base::Time now) {
        if (!chat_.self_.curve) return;
        PeerKeys& peers = chat_.sealed_.state.peers;
        if (peers.accept(person.key)) {
            chat_.sealed_.changed = true;
            chat_.answer("the new curve key is accepted", now);
            Sealed(chat_).release(person.key);
        }
        const Peer* const peer = peers.find(person.key);
        const std::string plain = peers.is_insecure(person.key) ? "; plain ones may be sent" : "";
        chat_.answer(peer != nullptr && peer->curve ? "messages are sealed for " + peer->curve->text()
                                                    : "has announced no curve key" + plain,
                     now);
    }

    void run(const Insecure& command, base::Time now) {
        const std::optional<nkeys::PublicKey> key = recipient(command.name, now);
        if (!key) return;
        PeerKeys& peers = chat_.sealed_.state.peers;
        const bool allowed = !peers.is_insecure(*key);
        peers.set_insecure(*key, allowed, now);
        chat_.sealed_.changed = true;
        const std::string name = chat_.title_of(*key, now).substr(1);
        chat_.answer(allowed ? "plain messages may be sent to " + name +
                                   " as long as they have announced no curve key: whoever holds the "
                                   "server can read those"
                             : "nothing goes to " + name + " but sealed messages",
                     now);
        if (allowed) Sealed(chat_).release(*key);
    }

    void run(const Rekey&, base::Time) { chat_.effects_.emplace_back(RenewCurveKey{}); }

    void run(const Ignore& command, base::Time now) {
        if (command.name.empty()) {
            for (const nkeys::PublicKey& key : chat_.ignored_) {
                const Person* const person = chat_.people_.find(key);
                chat_.answer(key.text() + (person != nullptr ? " " + person->name : "") + " is ignored", now);
            }
            if (chat_.ignored_.empty()) chat_.answer("nobody is ignored", now);
            return;
        }
        const Person* const person = the_one(command.name, now);
        if (person == nullptr) return;
        const std::string name = shown(chat_.people_.author_of(*person, now));
        if (chat_.ignored_.erase(person->key) > 0) return chat_.answer(name + " is no longer ignored", now);
        // Each was heard, and so many are remembered.
        if (chat_.ignored_.size() >= People::max_people)
            return chat_.answer("too many are ignored already", now);
        chat_.ignored_.insert(person->key);
        chat_.answer(name + " is ignored until you leave; /ignore " + person->name + " again ends that", now);
    }

    void run(const Search& command, base::Time now) {
        if (chat_.search_history(command.words, now)) return;
        std::vector<std::string> hits;
        for (const Line& line : chat_.current().lines()) {
            const bool said = line.kind != LineKind::notice;
            if (said && contains_words(line.text, command.words)) hits.push_back(shown(line));
        }
        constexpr std::size_t max_hits = 20;
        const std::size_t first = hits.size() > max_hits ? hits.size() - max_hits : 0;
        chat_.answer(std::to_string(hits.size()) + " found for \"" + command.words + "\"", now);
        for (std::size_t i = first; i < hits.size(); ++i)
            chat_.answer(hits[i], now);
    }

    void run(const Set& command, base::Time now) {
        if (!command.value.empty()) {
            const base::Status set = chat_.self_.settings.set(command.name, command.value);
            if (!set) return chat_.answer(set.error().message(), now);
        }
        bool any = false;
        for (const Settings::Entry& entry : chat_.self_.settings.entries()) {
            if (!entry.name.starts_with(command.name)) continue;
            chat_.answer(entry.name + " = " + entry.value, now);
            any = true;
        }
        if (!any) chat_.answer("there is no setting " + command.name + ": /set lists them", now);
    }

    void run(const RoundTrip&, base::Time) { chat_.effects_.emplace_back(MeasureRoundTrip{}); }

    void run(const Servers&, base::Time) { chat_.effects_.emplace_back(TellServer{}); }

    void run(const Quit&, base::Time) { chat_.effects_.emplace_back(Leave{}); }

    void run(const About& command, base::Time now) {
        const bool own = command.saying == Saying::edit || command.saying == Saying::deletion;
        const Line* const line = chat_.current().newest(own ? Room::Whose::own : Room::Whose::others);
        if (line == nullptr)
            return chat_.answer(own ? "there is nothing of yours here that can be changed"
                                    : "nobody else has said anything here",
                                now);
        Annotation note{.saying = command.saying, .about = line->ref};
        if (note.saying == Saying::reaction)
            note.withdrawn = line->reactions.of(chat_.self_.self, command.text).stands;
        chat_.utter({.place = chat_.current().place(), .text = command.text, .note = std::move(note)}, now);
    }

  private:
    Chat& chat_;
};

void Chat::type(std::string_view line, base::Time now) {
    if (line.find_first_not_of(" \t\n") == std::string_view::npos) return;
    forget_answers();
    const base::Result<Command> command = parse_command(line);
    if (!command) return answer(command.error().detail, now);
    std::visit([&](const auto& known) { Doing(*this).run(known, now); }, *command);
}

}  // namespace natscreds::chat
