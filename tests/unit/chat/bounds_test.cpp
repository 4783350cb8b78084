#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/line_editor.h>
#include <natscreds/chat-client/model/shown.h>
#include <natscreds/chat-client/net/events.h>
#include <natscreds/chat-client/net/outbox.h>
#include <natscreds/chat-client/terminal/keys.h>
#include <support/fakes.h>
#include <support/key_of.h>

// Every container of the chat that something from outside can grow: how large it gets, and what goes first.

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

using support::key_of;

/// The user of this number, the same each time.
const nkeys::PublicKey& user(std::size_t number) {
    static std::vector<nkeys::PublicKey> users;
    while (users.size() <= number)
        users.push_back(key_of(nkeys::Kind::user, users.size() + 1).public_key());
    return users[number];
}

constexpr std::size_t me = 0;
constexpr std::size_t friend_of_mine = 1;
constexpr std::size_t stranger = 10;  ///< and all above
constexpr std::size_t many = People::max_people + 100;

struct Scene {
    support::FakeClock clock;
    nkeys::SigningKey account = key_of(nkeys::Kind::account, 50);
    Chat chat{{.self = user(me), .name = "me", .issuers = {account.public_key()}}};
    std::size_t sent = 0;

    Message message(MessageKind kind, std::size_t sender, const std::string& name) {
        return {.kind = kind,
                .sender = user(sender),
                .issued_at = clock.now(),
                .name = name,
                .id = std::to_string(++sent),
                .channel = kind == MessageKind::post ? "NATS" : "",
                .text = "hello"};
    }
    void hear(MessageKind kind, std::size_t sender, const std::string& name) {
        chat.hear(message(kind, sender, name), clock.now());
    }
    void verify(std::size_t sender, const std::string& name) {
        jwt::Draft<jwt::UserClaims> claims;
        claims.subject = user(sender).text();
        claims.name = name;
        claims.expires = clock.now() + 24h;
        Message presence = message(MessageKind::presence, sender, name);
        presence.user = jwt::issue(claims, account, clock.now()).value();
        chat.hear(presence, clock.now());
    }
    /// Whatever one can send, with a new name each time; a second passes between any two.
    void flood(std::size_t count, std::size_t senders) {
        for (std::size_t i = 0; i < count; ++i) {
            clock.advance(1s);
            const std::size_t sender = stranger + i % senders;
            const std::string name = "n" + std::to_string(i);
            hear(MessageKind::direct, sender, name);
            hear(MessageKind::post, sender, name);
            Message arrival = message(MessageKind::presence, sender, name);
            arrival.movement = Movement::arrives;
            chat.hear(arrival, clock.now());
        }
    }
    const Room* room_with(std::size_t person) const {
        const Place place{.channel = {}, .person = user(person)};
        const auto found = std::ranges::find(chat.rooms(), place, &Room::place);
        return found != chat.rooms().end() ? &*found : nullptr;
    }
    std::size_t rooms(Keeping keeping) const {
        return static_cast<std::size_t>(std::ranges::count(chat.rooms(), keeping, &Room::keeping));
    }
    std::string last_post() {
        chat.visit({.channel = "NATS"});
        return shown(chat.current().lines().back());
    }
};

struct Container {
    std::string name;
    std::size_t most;
    std::function<std::size_t(Scene&)> size;
};

const std::vector<Container> containers{
    {"people", People::max_people, [](Scene& scene) { return scene.chat.people().size(); }},
    {"names", 2 * People::max_people, [](Scene& scene) { return scene.chat.people().names(); }},
    {"those told to be online", 2 * People::max_people, [](Scene& scene) { return scene.chat.present(); }},
    {"rooms of strangers", Chat::max_stranger_rooms,
     [](Scene& scene) { return scene.rooms(Keeping::stranger); }},
    {"lines of a channel", Room::max_lines,
     [](Scene& scene) {
         scene.chat.visit({.channel = "NATS"});
         return scene.chat.current().lines().size();
     }},
    {"lines of strangers", Room::max_stranger_lines,
     [](Scene& scene) {
         std::size_t most = 0;
         for (const Room& room : scene.chat.rooms())
             if (room.place().person) most = std::max(most, room.lines().size());
         return most;
     }},
    {"news", Chat::max_news, [](Scene& scene) { return scene.chat.take_news().size(); }},
    // Three channels to listen to, and one answer to all who have arrived.
    {"effects", 4, [](Scene& scene) { return scene.chat.take_effects().size(); }},
};

Event heard(std::size_t sender) {
    return Heard{Message{.kind = MessageKind::post, .sender = user(sender), .issued_at = {}}};
}

std::size_t count_of(const std::vector<Event>& events, std::size_t sender) {
    return static_cast<std::size_t>(std::ranges::count_if(events, [&](const Event& event) {
        const auto* const heard = std::get_if<Heard>(&event);
        return heard != nullptr && heard->message && heard->message->sender == user(sender);
    }));
}

/// An outbox's messages, a server that answers as the test says, and what reached it and was settled.
struct Post {
    explicit Post(std::vector<base::Status> these) : answers(std::move(these)) {}

    std::vector<base::Status> answers;  ///< to each flush, in turn; then success
    std::vector<Ticket> unconfirmed;
    std::vector<Ticket> arrived;
    std::vector<std::pair<Ticket, bool>> settled;

    Way way() {
        return {.publish =
                    [this](const Outgoing& message) {
                        unconfirmed.push_back(message.ticket);
                        return base::Status();
                    },
                .flush =
                    [this] {
                        base::Status answer;
                        if (!answers.empty()) {
                            answer = answers.front();
                            answers.erase(answers.begin());
                        }
                        if (answer) arrived.insert(arrived.end(), unconfirmed.begin(), unconfirmed.end());
                        unconfirmed.clear();
                        return answer;
                    },
                .settle =
                    [this](const Outgoing& message, const base::Status& sent) {
                        settled.emplace_back(message.ticket, sent.has_value());
                    }};
    }
};

std::vector<Outgoing> messages(std::initializer_list<Ticket> tickets) {
    std::vector<Outgoing> all;
    for (const Ticket ticket : tickets)
        all.push_back({.ticket = ticket, .subject = "s", .body = "b"});
    return all;
}

std::vector<Ticket> waiting_in(Outbox& outbox) {
    std::vector<Ticket> tickets;
    for (const Outgoing& message : outbox.wait({}, std::chrono::steady_clock::now()).messages)
        tickets.push_back(message.ticket);
    return tickets;
}

}  // namespace

TEST_CASE("Chat: whatever arrives, from one or from many, each container keeps its bound") {
    const std::size_t senders = GENERATE(std::size_t{1}, many);
    Scene scene;
    scene.flood(senders == 1 ? 6000 : senders, senders);
    for (const Container& container : containers) {
        INFO(container.name << ", senders: " << senders);
        CHECK(container.size(scene) <= container.most);
    }
}

TEST_CASE("Chat: a flood fills each container up to its bound") {
    Scene one;
    one.flood(11'000, 1);
    CHECK(one.chat.people().names() == People::max_claims);
    CHECK(one.room_with(stranger)->lines().size() == Room::max_stranger_lines);
    CHECK(one.chat.take_news().size() == Chat::max_news);
    Scene crowd;
    crowd.flood(many, many);
    CHECK(crowd.chat.people().size() == People::max_people);
    CHECK(crowd.chat.people().names() == People::max_people);
    CHECK(crowd.rooms(Keeping::stranger) == Chat::max_stranger_rooms);
}

TEST_CASE("Chat: strangers' conversations go oldest first, those of somebody verified and opened ones stay") {
    Scene scene;
    scene.verify(friend_of_mine, "derek");
    scene.hear(MessageKind::direct, friend_of_mine, "derek");
    scene.hear(MessageKind::direct, 2, "answered");
    scene.chat.type("/msg " + user(2).text() + " hello", scene.clock.now());
    scene.chat.type("/msg " + user(3).text(), scene.clock.now());
    scene.chat.visit({.channel = "NATS"});
    scene.flood(1000, 1000);
    CHECK(scene.room_with(friend_of_mine) != nullptr);
    CHECK(scene.room_with(2) != nullptr);
    CHECK(scene.room_with(3) != nullptr);
    CHECK(scene.room_with(stranger) == nullptr);
    CHECK(scene.room_with(stranger + 999) != nullptr);
    CHECK(scene.room_with(stranger + 1000 - Chat::max_stranger_rooms) != nullptr);
    CHECK(scene.chat.current().place() == Place{.channel = "NATS"});
}

TEST_CASE("Chat: after a flood of strangers a friend's first message is shown, and /join works") {
    Scene scene;
    scene.flood(1000, 1000);
    scene.verify(friend_of_mine, "derek");
    scene.hear(MessageKind::direct, friend_of_mine, "derek");
    REQUIRE(scene.room_with(friend_of_mine) != nullptr);
    CHECK(scene.room_with(friend_of_mine)->unread() == 1);
    scene.chat.type("/join Lisbon", scene.clock.now());
    CHECK(scene.chat.current().title() == "#Lisbon");
}

TEST_CASE("Chat: what is looked at is not taken away, and that something went is said") {
    Scene scene;
    scene.hear(MessageKind::direct, stranger, "n0");
    scene.chat.visit({.channel = {}, .person = user(stranger)});
    scene.flood(Chat::max_stranger_rooms + 1, 1000);
    CHECK(scene.chat.current().place().person == user(stranger));
    const auto told = [](const Line& line) { return line.text.find("are forgotten") != std::string::npos; };
    CHECK(std::ranges::any_of(scene.chat.current().lines(), told));
}

TEST_CASE("Chat: those verified have a bound of their own, and so has what one opens") {
    Scene scene;
    for (std::size_t i = 0; i <= Chat::max_verified_rooms; ++i) {
        scene.clock.advance(1s);
        scene.verify(stranger + i, "n" + std::to_string(i));
        scene.hear(MessageKind::direct, stranger + i, "n" + std::to_string(i));
    }
    CHECK(scene.rooms(Keeping::verified) == Chat::max_verified_rooms);
    CHECK(scene.room_with(stranger) == nullptr);
    for (std::size_t i = 0; i <= Chat::max_opened_rooms; ++i)
        scene.chat.type("/join c" + std::to_string(i), scene.clock.now());
    CHECK(scene.rooms(Keeping::opened) == Chat::max_opened_rooms);
    CHECK(scene.chat.current().lines().back().text.starts_with("too many conversations are open"));
    CHECK(scene.rooms(Keeping::verified) == Chat::max_verified_rooms);
}

TEST_CASE("Chat: one sender of many names pushes out the protection of none but its own") {
    Scene scene;
    scene.hear(MessageKind::post, 2, "derek");
    scene.flood(10'000, 1);
    scene.hear(MessageKind::post, 3, "derek");
    CHECK(scene.last_post() == "derek!?: hello");
}

TEST_CASE("Chat: many senders of many names push out no name that was verified or acknowledged") {
    Scene scene;
    scene.verify(2, "derek");
    scene.hear(MessageKind::post, 3, "wally");
    scene.hear(MessageKind::post, 4, "wally");
    scene.chat.type("/whois " + user(4).text(), scene.clock.now());
    scene.flood(many, many);
    CHECK(scene.chat.people().find(user(2)) != nullptr);
    scene.hear(MessageKind::post, 5, "derek");
    CHECK(scene.last_post() == "derek!?: hello");
    scene.hear(MessageKind::post, 3, "wally");
    CHECK(scene.last_post() == "wally!?: hello");
}

TEST_CASE("Mailbox: one sender fills a quarter, and what another says is not lost") {
    Mailbox mailbox;
    for (std::size_t i = 0; i < 2 * Mailbox::most; ++i)
        mailbox.put(heard(stranger));
    mailbox.put(heard(friend_of_mine));
    const std::size_t lost = mailbox.take_lost();
    const std::vector<Event> events = mailbox.take();
    CHECK(count_of(events, stranger) == Mailbox::max_of_one);
    CHECK(count_of(events, friend_of_mine) == 1);
    CHECK(lost == 2 * Mailbox::most - Mailbox::max_of_one);
    mailbox.put(heard(stranger));
    CHECK(mailbox.take().size() == 1);
}

TEST_CASE("Mailbox: from many senders the oldest wait, and those that are lost are counted") {
    Mailbox mailbox;
    for (std::size_t i = 0; i < Mailbox::most + 10; ++i)
        mailbox.put(heard(stranger + i % 100));
    CHECK(mailbox.take_lost() == 10);
    CHECK(mailbox.take().size() == Mailbox::most);
}

TEST_CASE("Mailbox: what cannot be read is bounded as if it were of one sender") {
    Mailbox mailbox;
    for (std::size_t i = 0; i < Mailbox::most; ++i)
        mailbox.put(Heard{base::Error{chat::Errc::bad_signature, ""}});
    mailbox.put(heard(friend_of_mine));
    CHECK(mailbox.take().size() == Mailbox::max_of_one + 1);
}

TEST_CASE("Mailbox: of what is told of the connection the newest waits, and a delivery always") {
    Mailbox mailbox;
    mailbox.put(Delivered{7, Delivery::sent});
    for (std::size_t i = 0; i < 2 * Mailbox::max_told; ++i)
        mailbox.put(Noticed{std::to_string(i)});
    mailbox.put(Disconnected{});
    const std::vector<Event> events = mailbox.take();
    REQUIRE(events.size() == Mailbox::max_told + 1);
    CHECK(std::holds_alternative<Delivered>(events.front()));
    CHECK(std::holds_alternative<Disconnected>(events.back()));
}

TEST_CASE(
    "Outbox: when the first of a batch cannot go now, the second is not sent before it, nor confirmed") {
    const base::Error refused{bus::Errc::permission_denied, "s"};
    const base::Error slow{bus::Errc::timeout, ""};
    Post post({refused, slow});
    Outbox outbox;
    const std::vector<Outgoing> batch = messages({1, 2});
    for (const Outgoing& message : batch)
        outbox.put(message);
    CHECK_FALSE(send_in_order(batch, post.way()));
    CHECK(post.settled.empty());
    CHECK(waiting_in(outbox) == std::vector<Ticket>{1, 2});
    CHECK(send_in_order(batch, post.way()));
    CHECK(post.arrived == std::vector<Ticket>{1, 2});
}

TEST_CASE("Outbox: of a batch the refused message alone has failed, whichever it is") {
    const base::Error refused{bus::Errc::permission_denied, "s"};
    Post post({refused, {}, refused, {}});
    CHECK(send_in_order(messages({1, 2, 3}), post.way()));
    CHECK(post.settled == std::vector<std::pair<Ticket, bool>>{{1, true}, {2, false}, {3, true}});
    CHECK(post.arrived == std::vector<Ticket>{1, 3});
}

TEST_CASE("Outbox: a message that is confirmed goes, and no other, wherever it stands") {
    Outbox outbox;
    for (const Outgoing& message : messages({1, 2, 3}))
        outbox.put(message);
    outbox.confirm(2);
    outbox.confirm(9);
    CHECK(waiting_in(outbox) == std::vector<Ticket>{1, 3});
}

TEST_CASE("Keys: a paste without end keeps its bound") {
    KeyReader keys;
    (void)keys.read("\x1b[200~");
    for (int i = 0; i < 100; ++i)
        (void)keys.read(std::string(10'000, 'x'));
    const std::vector<Input> inputs = keys.read("\x1b[201~");
    REQUIRE(inputs.size() == 1);
    CHECK(std::get<Paste>(inputs[0]).text.size() == KeyReader::max_waiting);
}

TEST_CASE("Line editor: what is written and what is remembered keep their bounds") {
    LineEditor editor;
    CHECK_FALSE(editor.insert(std::string(LineEditor::max_bytes + 1, 'x')));
    for (std::size_t i = 0; i <= LineEditor::max_remembered; ++i) {
        REQUIRE(editor.insert("line " + std::to_string(i)));
        (void)editor.submit();
    }
    for (std::size_t i = 0; i <= LineEditor::max_remembered + 1; ++i)
        editor.apply(Edit::older);
    CHECK(editor.text() == "line 1");
}
