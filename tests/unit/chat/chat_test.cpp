#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

using support::key_of;

const nkeys::SigningKey& account() {
    static const nkeys::SigningKey key = key_of(nkeys::Kind::account, 50);
    return key;
}

nkeys::PublicKey user(std::uint64_t number) {
    return key_of(nkeys::Kind::user, number).public_key();
}

using ShownNames = std::multiset<std::string>;

/// A chat of "me", with the others who write to it.
struct Scene {
    support::FakeClock clock;
    Chat chat{{.self = user(1), .name = "me", .issuers = {account().public_key()}}};
    int sent = 0;

    Message words(MessageKind kind, std::uint64_t sender, const std::string& text) {
        return {.kind = kind,
                .sender = user(sender),
                .issued_at = clock.now(),
                .name = "derek",
                .id = std::to_string(++sent),
                .channel = kind == MessageKind::post ? "NATS" : "",
                .text = text};
    }
    Message post(std::uint64_t sender, const std::string& text) {
        return words(MessageKind::post, sender, text);
    }
    void hear(const Message& message) { chat.hear(message, clock.now()); }

    Message presence(std::uint64_t sender, const std::string& name,
                     const nkeys::SigningKey& issuer = account()) {
        jwt::Draft<jwt::UserClaims> claims;
        claims.subject = user(sender).text();
        claims.name = name;
        claims.expires = clock.now() + 1h;
        Message message{.kind = MessageKind::presence,
                        .sender = user(sender),
                        .issued_at = clock.now(),
                        .expires = clock.now() + 60s,
                        .name = name};
        message.user = jwt::issue(claims, issuer, clock.now()).value();
        return message;
    }

    /// The JWT says whom the name was given to.
    Message owned(std::uint64_t sender, const std::string& name, const std::string& owner,
                  const nkeys::SigningKey& issuer = account()) {
        Message message = presence(sender, name, issuer);
        jwt::Draft<jwt::UserClaims> claims = message.user->content;
        claims.claims.tags = {"role:chat", "owner:" + owner};
        message.user = jwt::issue(claims, issuer, clock.now()).value();
        return message;
    }
    /// How often it was told that a name has another key.
    std::size_t told_of_new_keys() const {
        const auto& lines = chat.current().lines();
        return static_cast<std::size_t>(std::ranges::count_if(
            lines, [](const Line& line) { return line.text.find("has a new key") != std::string::npos; }));
    }

    /// As /names has just told it.
    ShownNames online() const {
        std::istringstream words(last("#KUBECON"));
        std::string word;
        words >> word;
        return {std::istream_iterator<std::string>(words), {}};
    }
    Pinning mark_of(std::uint64_t sender) const {
        return chat.people().author_of(*chat.people().find(user(sender)), clock.now()).pinning;
    }

    const Room& room(const std::string& title) const {
        return *std::ranges::find(chat.rooms(), title, &Room::title);
    }
    std::string last(const std::string& title) const { return shown(room(title).lines().back()); }
    void type(const std::string& line) { chat.type(line, clock.now()); }
};

}  // namespace

TEST_CASE("Chat: what comes to a channel that nobody looks at is unread until one looks") {
    Scene scene;
    scene.hear(scene.post(2, "hello"));
    scene.hear(scene.post(2, "are you there, Me?"));
    CHECK(scene.room("#NATS").unread() == 2);
    CHECK(scene.room("#NATS").mentions() == 1);
    scene.chat.visit({.channel = "NATS"});
    CHECK(scene.room("#NATS").unread() == 0);
    CHECK(scene.room("#NATS").mentions() == 0);
    CHECK(scene.room("#NATS").unread_from() == scene.room("#NATS").lines().front().number);
    scene.hear(scene.post(2, "more"));
    CHECK(scene.room("#NATS").unread() == 0);
}

TEST_CASE("Chat: a message is shown once, known by sender and id") {
    Scene scene;
    const Message message = scene.post(2, "hello");
    Message of_another = message;
    of_another.sender = user(3);
    scene.hear(message);
    scene.hear(message);
    scene.hear(of_another);
    CHECK(scene.room("#NATS").lines().size() == 2);
}

TEST_CASE("Chat: a name is verified by a user JWT of a believed issuer, while it lasts") {
    Scene scene;
    scene.hear(scene.post(2, "before"));
    CHECK(scene.last("#NATS") == "derek?: before");
    scene.hear(scene.presence(2, "derek"));
    scene.hear(scene.post(2, "after"));
    CHECK(scene.last("#NATS") == "derek: after");
    scene.clock.advance(1h);
    scene.hear(scene.post(2, "at the end"));
    CHECK(scene.last("#NATS") == "derek: at the end");
    scene.clock.advance(1s);
    scene.hear(scene.post(2, "too late"));
    CHECK(scene.last("#NATS") == "derek?: too late");
}

TEST_CASE("Chat: a user JWT of any other issuer proves nothing") {
    Scene scene;
    scene.hear(scene.presence(2, "derek", key_of(nkeys::Kind::account, 51)));
    scene.hear(scene.post(2, "hello"));
    CHECK(scene.last("#NATS") == "derek?: hello");
}

TEST_CASE("Chat: names are verified by the issuers that are believed now, whenever they were shown") {
    Scene scene;
    const nkeys::SigningKey next = key_of(nkeys::Kind::account, 51);
    scene.hear(scene.presence(2, "derek", next));
    scene.chat.believe({account().public_key(), next.public_key()}, scene.clock.now());
    scene.hear(scene.post(2, "rotated"));
    CHECK(scene.last("#NATS") == "derek: rotated");
    scene.chat.believe({account().public_key()}, scene.clock.now());
    scene.hear(scene.post(2, "revoked"));
    CHECK(scene.last("#NATS") == "derek?: revoked");
}

TEST_CASE("Chat: who calls himself otherwise is shown with the verified name") {
    Scene scene;
    scene.hear(scene.presence(2, "wallyqs"));
    scene.hear(scene.post(2, "hello"));
    CHECK(scene.last("#NATS") == "derek(wallyqs): hello");
}

TEST_CASE("Chat: a name whose key changes is marked until it is acknowledged") {
    Scene scene;
    scene.hear(scene.post(2, "first"));
    scene.hear(scene.post(3, "second"));
    CHECK(scene.last("#NATS") == "derek!?: second");
    scene.type("/whois " + user(3).text());
    scene.hear(scene.post(3, "third"));
    CHECK(scene.last("#NATS") == "derek?: third");
}

TEST_CASE("Chat: a verified name is taken back from whoever merely claimed it, and not given up again") {
    Scene scene;
    scene.hear(scene.post(2, "I was here first"));
    scene.hear(scene.presence(3, "derek"));
    scene.hear(scene.post(3, "I can show it"));
    CHECK(scene.last("#NATS") == "derek: I can show it");
    scene.hear(scene.post(2, "so what"));
    CHECK(scene.last("#NATS") == "derek!?: so what");
}

TEST_CASE("Chat: a name that its owner has another key for is told once, and not marked, with either key") {
    Scene scene;
    scene.hear(scene.owned(2, "derek", "AAAA"));
    scene.hear(scene.owned(3, "derek", "AAAA"));
    CHECK(scene.told_of_new_keys() == 1);
    for (const std::uint64_t sender : {3, 2, 3}) {
        scene.hear(scene.post(sender, "hello"));
        CHECK(scene.last("#NATS") == "derek: hello");
        scene.hear(scene.owned(sender, "derek", "AAAA"));
    }
    CHECK(scene.told_of_new_keys() == 1);
    scene.hear(scene.owned(4, "derek", "AAAA"));
    CHECK(scene.told_of_new_keys() == 2);
}

TEST_CASE("Chat: a verified name with the key of another owner, or of none, is marked as before") {
    const std::string first = GENERATE("", "AAAA");
    const std::string second = GENERATE("", "BBBB");
    CAPTURE(first, second);
    Scene scene;
    scene.hear(first.empty() ? scene.presence(2, "derek") : scene.owned(2, "derek", first));
    scene.hear(second.empty() ? scene.presence(3, "derek") : scene.owned(3, "derek", second));
    scene.hear(scene.post(3, "hello"));
    CHECK(scene.last("#NATS") == "derek!: hello");
    CHECK(scene.told_of_new_keys() == 0);
}

TEST_CASE("Chat: that somebody is the same owner counts only from an issuer who is believed") {
    Scene scene;
    scene.hear(scene.owned(2, "derek", "AAAA"));
    scene.hear(scene.owned(3, "derek", "AAAA", key_of(nkeys::Kind::account, 51)));
    scene.hear(scene.post(3, "hello"));
    CHECK(scene.last("#NATS") == "derek!?: hello");
    CHECK(scene.told_of_new_keys() == 0);
}

TEST_CASE(
    "Chat: a name that goes to another owner with its key is that owner's, and what it was before is not") {
    Scene scene;
    scene.hear(scene.owned(2, "derek", "AAAA"));
    scene.hear(scene.owned(2, "derek", "BBBB"));
    scene.hear(scene.owned(3, "derek", "AAAA"));
    scene.hear(scene.post(3, "hello"));
    CHECK(scene.last("#NATS") == "derek!: hello");
    scene.hear(scene.owned(4, "derek", "BBBB"));
    scene.hear(scene.post(4, "hello"));
    CHECK(scene.last("#NATS") == "derek: hello");
}

TEST_CASE("Chat: when another chat with the same key leaves, it says that one is still here") {
    Scene scene;
    (void)scene.chat.take_effects();
    Message goodbye = scene.presence(1, "me");
    goodbye.movement = Movement::leaves;
    scene.hear(goodbye);
    const std::vector<Effect> effects = scene.chat.take_effects();
    CHECK(std::ranges::any_of(effects,
                              [](const Effect& effect) { return std::holds_alternative<Announce>(effect); }));
}

TEST_CASE("Chat: a person is online for a minute after a presence, and gone at once after a goodbye") {
    Scene scene;
    scene.hear(scene.presence(2, "derek"));
    CHECK(scene.last("#KUBECON") == "derek is online");
    scene.clock.advance(60s);
    scene.chat.tick(scene.clock.now());
    CHECK(scene.chat.people().online(user(2), scene.clock.now()));
    scene.clock.advance(1s);
    scene.chat.tick(scene.clock.now());
    CHECK(scene.last("#KUBECON") == "derek is offline");
    scene.hear(scene.presence(2, "derek"));
    Message bye = scene.presence(2, "derek");
    bye.movement = Movement::leaves;
    scene.hear(bye);
    CHECK(scene.last("#KUBECON") == "derek has left");
    CHECK_FALSE(scene.chat.people().online(user(2), scene.clock.now()));
}

TEST_CASE("Chat: a replayed goodbye, and a presence that has run out, change nothing") {
    Scene scene;
    Message bye = scene.presence(2, "derek");
    bye.movement = Movement::leaves;
    const Message old = scene.presence(2, "derek");
    scene.clock.advance(30s);
    scene.hear(scene.presence(2, "derek"));
    scene.hear(bye);
    CHECK(scene.chat.people().online(user(2), scene.clock.now()));
    scene.clock.advance(61s);
    scene.hear(old);
    CHECK_FALSE(scene.chat.people().online(user(2), scene.clock.now()));
}

TEST_CASE("Chat: who is new is told that one is here") {
    Scene scene;
    (void)scene.chat.take_effects();
    Message arrival = scene.presence(2, "derek");
    arrival.movement = Movement::arrives;
    scene.hear(arrival);
    const std::vector<Effect> effects = scene.chat.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(std::holds_alternative<Announce>(effects[0]));
}

TEST_CASE("Chat: a direct message from a stranger opens a conversation and counts as a mention") {
    Scene scene;
    scene.hear(scene.words(MessageKind::direct, 2, "psst"));
    CHECK(scene.room("@derek?").unread() == 1);
    CHECK(scene.room("@derek?").mentions() == 1);
}

TEST_CASE("Chat: two of one name are told apart, and a message to the name alone goes to neither") {
    Scene scene;
    scene.hear(scene.post(2, "one"));
    scene.hear(scene.post(3, "two"));
    (void)scene.chat.take_effects();
    scene.type("/msg derek hello");
    CHECK(scene.chat.take_effects().empty());
    scene.type("/msg " + user(3).text() + " hello");
    const std::vector<Effect> effects = scene.chat.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(std::get<Send>(effects[0]).place.person == user(3));
}

TEST_CASE("Chat: a whole key can be written to before its owner has been heard") {
    Scene scene;
    (void)scene.chat.take_effects();
    scene.type("/msg " + user(7).text() + " hello");
    const std::vector<Effect> effects = scene.chat.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(std::get<Send>(effects[0]).place.person == user(7));
}

TEST_CASE("Chat: what is typed is pending until it is delivered, and not shown twice") {
    Scene scene;
    (void)scene.chat.take_effects();
    scene.type("hello");
    const std::vector<Effect> effects = scene.chat.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(scene.chat.current().lines().back().delivery == Delivery::pending);
    CHECK(scene.chat.pending() == 1);
    scene.chat.deliver(std::get<Send>(effects[0]).ticket, Delivery::sent);
    CHECK(scene.chat.current().lines().back().delivery == Delivery::sent);
    CHECK(scene.chat.pending() == 0);
}

TEST_CASE("Chat: of a channel's lines the oldest go, and the numbers count on") {
    Scene scene;
    for (int i = 0; i < 20'000; ++i)
        scene.hear(scene.post(2, "flood"));
    CHECK(scene.room("#NATS").lines().size() == Room::max_lines);
    CHECK(std::ranges::is_sorted(scene.room("#NATS").lines(), std::less<>(), &Line::number));
}

TEST_CASE("Chat: what is badly signed is counted and told once in a while, never shown") {
    Scene scene;
    for (int i = 0; i < 3; ++i)
        scene.chat.hear_nonsense({Errc::bad_signature, "wallyqs"}, scene.clock.now());
    CHECK(scene.chat.dropped() == 3);
    CHECK(scene.room("#KUBECON").lines().size() == 1);
    CHECK(scene.last("#KUBECON").find("wallyqs") == std::string::npos);
}

TEST_CASE("Chat: a line of --plain is one line, with the place before it") {
    Scene scene;
    scene.hear(scene.presence(2, "derek"));
    scene.hear(scene.post(2, "two\n#NATS me: lines"));
    scene.hear(scene.words(MessageKind::direct, 2, "psst"));
    scene.hear(scene.post(2, "/me waves"));
    std::vector<std::string> lines;
    for (const News& news : scene.chat.take_news())
        lines.push_back(plain_line(news));
    CHECK(lines == std::vector<std::string>{"* derek is online", "#NATS derek: two / #NATS me: lines",
                                            "@derek: psst", "#NATS * derek waves"});
}

TEST_CASE("Chat: an older message is found by its words") {
    Scene scene;
    scene.chat.visit({.channel = "NATS"});
    scene.hear(scene.post(2, "the Build is green"));
    scene.type("/search build");
    CHECK(scene.last("#NATS") == "derek?: the Build is green");
    CHECK(scene.room("#NATS").lines().size() == 3);
}

TEST_CASE("Chat: /set shows settings, changes one, and says what cannot be") {
    Scene scene;
    const auto answer = [&](const std::string& line) {
        (void)scene.chat.take_news();
        scene.chat.type(line, scene.clock.now());
        std::vector<std::string> texts;
        for (const News& news : scene.chat.take_news())
            texts.push_back(news.line.text);
        return texts;
    };
    CHECK(answer("/set bell off") == std::vector<std::string>{"bell = off"});
    CHECK(scene.chat.settings().bell() == Bell::off);
    CHECK(answer("/set keys.page").size() == 2);
    CHECK(answer("/set").size() == scene.chat.settings().entries().size());
    CHECK(answer("/set bell loud").at(0).starts_with("bell: expected"));
    CHECK(answer("/set loud").at(0) == "there is no setting loud: /set lists them");
}

TEST_CASE(
    "Chat: of two people of one name the second is marked wherever names stand, not only at its messages") {
    Scene scene;
    scene.hear(scene.presence(2, "derek"));
    scene.hear(scene.presence(3, "derek"));
    scene.type("/names");
    CHECK(scene.online() == ShownNames{"derek", "derek!"});
    CHECK(scene.mark_of(3) == Pinning::changed);
    scene.hear(scene.post(3, "hello"));
    CHECK(scene.last("#NATS") == "derek!: hello");
    scene.type("/whois " + user(3).text());
    CHECK(scene.last("#KUBECON") == "derek used to be another key's name");
    // Having been asked who that is, one knows the name as that key's.
    scene.type("/names");
    CHECK(scene.online() == ShownNames{"derek", "derek!"});
    CHECK(scene.mark_of(2) == Pinning::changed);
}

TEST_CASE("Chat: of two unproven people of one name the one heard first has it, by presence too") {
    Scene scene;
    Message presence = scene.presence(2, "derek");
    presence.user.reset();
    scene.hear(presence);
    presence.sender = user(3);
    scene.hear(presence);
    scene.type("/names");
    CHECK(scene.online() == ShownNames{"derek?", "derek!?"});
    CHECK(scene.mark_of(3) == Pinning::changed);
}

TEST_CASE(
    "Chat: an answer goes with the next line that is typed, and when the room is left; a notice stays") {
    Scene scene;
    scene.chat.notice("the server is lost", scene.clock.now());
    scene.type("/help");
    REQUIRE(scene.chat.current().lines().size() > 5);
    scene.type("hello");
    REQUIRE(scene.chat.current().lines().size() == 2);
    CHECK(scene.last("#KUBECON") == "me: hello");
    scene.type("/set bell");
    CHECK(scene.chat.current().lines().size() == 3);
    scene.type("/join NATS");
    CHECK(scene.room("#KUBECON").lines().size() == 2);
    CHECK(scene.room("#KUBECON").lines().front().text == "the server is lost");
}

TEST_CASE("Chat: those who come and go one after the other stand in one line, until something else is said") {
    Scene scene;
    const auto lines = [&] { return scene.chat.current().lines().size(); };
    scene.hear(scene.presence(2, "derek"));
    scene.hear(scene.presence(3, "ivan"));
    CHECK(lines() == 1);
    CHECK(scene.last("#KUBECON") == "derek, ivan are online");
    Message leaving = scene.presence(2, "derek");
    leaving.movement = Movement::leaves;
    scene.hear(leaving);
    CHECK(scene.last("#KUBECON") == "ivan is online; derek has left");
    scene.type("hello");
    scene.hear(scene.presence(4, "waldo"));
    CHECK(lines() == 3);
    CHECK(scene.last("#KUBECON") == "waldo is online");
    // Each is news of its own all the same, for those who print it.
    std::vector<std::string> told;
    for (const News& news : scene.chat.take_news())
        told.push_back(news.line.text);
    CHECK(told == std::vector<std::string>{"derek is online", "ivan is online", "derek has left", "hello",
                                           "waldo is online"});
}

TEST_CASE("Chat: a crowd that comes at once takes lines of twenty names each") {
    Scene scene;
    for (std::uint64_t i = 0; i < 41; ++i)
        scene.hear(scene.presence(100 + i, "user" + std::to_string(i)));
    CHECK(scene.chat.current().lines().size() == 3);
    CHECK(scene.last("#KUBECON") == "user40 is online");
}

TEST_CASE("Chat: who comes and goes is not told where one does not want it") {
    Scene scene;
    scene.type("/set presence off");
    scene.hear(scene.presence(2, "derek"));
    CHECK(scene.last("#KUBECON") == "presence = off");
    CHECK(scene.chat.people().all_online(scene.clock.now()).size() == 1);
}

TEST_CASE("Chat: a channel is left, and no longer listened to; what comes from there is not shown") {
    Scene scene;
    (void)scene.chat.take_effects();
    scene.chat.visit({.channel = "NATS"});
    scene.type("/leave");
    CHECK(scene.chat.rooms().size() == 2);
    CHECK(scene.chat.current().title() == "#General");
    const std::vector<Effect> effects = scene.chat.take_effects();
    REQUIRE(effects.size() == 1);
    CHECK(std::get<StopListening>(effects[0]).channel == "NATS");
    scene.hear(scene.post(2, "still there?"));
    CHECK(scene.chat.rooms().size() == 2);

    scene.type("/leave KUBECON");
    CHECK(scene.chat.current().title() == "#General");
    scene.type("/leave KUBECON");
    CHECK(scene.last("#General") == "#KUBECON is not open: /list says what is");
    scene.type("/close");
    CHECK(scene.last("#General") == "nothing else is open: /join another channel first");
    scene.type("/join NATS");
    CHECK(scene.chat.current().lines().empty());
    CHECK(std::holds_alternative<Listen>(scene.chat.take_effects().back()));
}

TEST_CASE("Chat: a conversation is closed, and is there again when that person writes") {
    Scene scene;
    scene.hear(scene.presence(2, "derek"));
    scene.type("/query derek hello");
    CHECK(scene.chat.current().title() == "@derek");
    (void)scene.chat.take_effects();
    scene.type("/close");
    CHECK(scene.chat.rooms().size() == 3);
    CHECK(scene.chat.current().title() == "#General");
    CHECK(scene.chat.take_effects().empty());
    scene.hear(scene.words(MessageKind::direct, 2, "wait"));
    CHECK(scene.chat.rooms().size() == 4);
    CHECK(scene.room("@derek").unread() == 1);
}

TEST_CASE("Chat: /clear empties the place, /list says what is open, and /nick where a name comes from") {
    Scene scene;
    scene.type("hello");
    scene.type("/clear");
    CHECK(scene.chat.current().lines().empty());
    scene.hear(scene.post(2, "news"));
    scene.type("/list");
    const auto& lines = scene.chat.current().lines();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].text == "1 #KUBECON");
    CHECK(lines[1].text == "2 #NATS, 1 unread");
    scene.type("/nick bob");
    CHECK(scene.last("#KUBECON").starts_with("your name, me, is that of your credentials"));
    scene.type("/leave a b");
    CHECK(scene.last("#KUBECON") == "type /leave [CHANNEL]");
}

TEST_CASE("Chat: who is ignored is not shown, by key and not by name, until that is ended") {
    Scene scene;
    scene.hear(scene.presence(2, "derek"));
    scene.hear(scene.post(2, "before"));
    scene.type("/ignore derek");
    CHECK(scene.last("#KUBECON") == "derek is ignored until you leave; /ignore derek again ends that");
    scene.hear(scene.post(2, "not shown"));
    scene.hear(scene.words(MessageKind::direct, 2, "nor this"));
    CHECK(scene.last("#NATS") == "derek: before");
    CHECK(scene.chat.rooms().size() == 3);
    scene.hear(scene.post(3, "of another derek"));
    CHECK(scene.last("#NATS") == "derek!?: of another derek");
    scene.type("/ignore");
    CHECK(scene.last("#KUBECON") == user(2).text() + " derek is ignored");
    scene.type("/ignore " + user(2).text());
    CHECK(scene.last("#KUBECON") == "derek is no longer ignored");
    scene.hear(scene.post(2, "again"));
    CHECK(scene.last("#NATS") == "derek: again");
    scene.type("/ignore");
    CHECK(scene.last("#KUBECON") == "nobody is ignored");
}
