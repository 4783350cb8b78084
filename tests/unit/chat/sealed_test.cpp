// Sealed direct messages: what opens them, what is forged, replayed or garbage, and how a chat deals with keys.
#include <algorithm>
#include <variant>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/sealed.h>
#include <natscreds/chat-client/model/shown.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

nkeys::SigningKey user(std::uint64_t number) {
    return support::key_of(nkeys::Kind::user, number);
}

nkeys::CurveKey curve(std::uint64_t number) {
    support::FixedRandom random(number + 100);
    return nkeys::CurveKey::generate(random);
}

const ChatSubjects& sealed_subjects() {
    static const ChatSubjects made = ChatSubjects::create("KUBECON").value();
    return made;
}

constexpr base::Time sealed_at{std::chrono::seconds{1'700'000'000}};

/// What 2 writes to 1, who has curve(1), with curve(2).
std::string sealed_body(const Written& written, std::uint64_t writer = 2, std::uint64_t recipient = 1) {
    const nkeys::SigningKey key = user(writer);
    const nkeys::CurveKey own = curve(writer);
    const nkeys::PublicKey theirs = curve(recipient).public_key();
    const std::string name = "derek";
    support::FixedRandom random(7);
    return encode_sealed(written, user(recipient).public_key(), {.key = key, .name = name, .now = sealed_at},
                         {.own = own, .recipients = theirs, .random = random, .asks_receipt = true})
        .value();
}

std::string direct_subject(std::uint64_t recipient = 1) {
    return "chat.KUBECON.dms." + user(recipient).public_key().text();
}

base::Result<Message> open_for(const Message& sealed, std::uint64_t reader, std::uint64_t key) {
    std::vector<nkeys::CurveKey> keys;
    keys.push_back(curve(key));
    return open_sealed(sealed, user(reader).public_key(), keys);
}

/// Signed by 3, with any fields.
std::string signed_by_other(const std::string& body, const std::string& subject) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = subject;
    draft.claims.body = body;
    return jwt::sign(draft, user(3), sealed_at)->text();
}

}  // namespace

TEST_CASE("Sealed: its recipient alone opens it, and finds what was written, also with an older key") {
    const std::string body = sealed_body({.id = "1", .text = "see you at nine"});
    CHECK(body.find("nine") == std::string::npos);
    const auto sealed = sealed_subjects().parse(direct_subject(), body);
    REQUIRE(sealed);
    CHECK(sealed->kind == MessageKind::sealed);
    CHECK(sealed->text.empty());

    std::vector<nkeys::CurveKey> keys;
    keys.push_back(curve(9));
    keys.push_back(curve(1));
    const auto opened = open_sealed(*sealed, user(1).public_key(), keys);
    REQUIRE(opened);
    CHECK(opened->kind == MessageKind::direct);
    CHECK(opened->was_sealed);
    CHECK(opened->asks_receipt);
    CHECK(opened->text == "see you at nine");
    CHECK(opened->id == "1");
    CHECK(opened->sender == user(2).public_key());
    CHECK(open_for(*sealed, 1, 9).error().code == Errc::cannot_open);
    CHECK(open_for(*sealed, 3, 1).error().code == Errc::wrong_place);
}

TEST_CASE("Sealed: what is said about a message comes as it was, sealed") {
    const MessageRef about{user(1).public_key(), "mine.1"};
    for (const Annotation& note :
         {Annotation{.saying = Saying::edit, .about = MessageRef{user(2).public_key(), "1"}, .revision = 2},
          Annotation{.saying = Saying::reaction, .about = about, .revision = 3},
          Annotation{.saying = Saying::receipt, .about = about}}) {
        const auto sealed =
            sealed_subjects().parse(direct_subject(), sealed_body({.id = "2", .text = "👍", .note = note}));
        REQUIRE(sealed);
        const auto opened = open_for(*sealed, 1, 1);
        REQUIRE(opened);
        CHECK(opened->note.saying == note.saying);
        CHECK(opened->note.about == note.about);
    }
}

TEST_CASE("Sealed: another's box, signed anew, is not believed; nor one on another subject") {
    const auto sealed = sealed_subjects().parse(direct_subject(), sealed_body({.id = "1", .text = "x"}));
    REQUIRE(sealed);
    const std::string stolen =
        signed_by_other(R"({"type":"chat-sealed","curve":")" + curve(2).public_key().text() + R"(","box":")" +
                            base::base64url_encode(sealed->box) + "\"}",
                        user(1).public_key().text());
    const auto again = sealed_subjects().parse(direct_subject(), stolen);
    REQUIRE(again);
    CHECK(open_for(*again, 1, 1).error().code == Errc::wrong_place);

    const std::string body = sealed_body({.id = "1", .text = "x"});
    const std::string to = user(1).public_key().text();
    CHECK(sealed_subjects().parse(sealed_subjects().sealed(to, user(2).public_key().text(), "0"), body));
    CHECK(sealed_subjects()
              .parse(sealed_subjects().sealed(to, user(3).public_key().text(), "0"), body)
              .error()
              .code == Errc::wrong_place);
    CHECK(sealed_subjects().parse(direct_subject(3), body).error().code == Errc::wrong_place);
}

TEST_CASE("Sealed: garbage, a missing key, a plain receipt and what is too long are refused") {
    const std::string to = user(1).public_key().text();
    const std::string x = curve(3).public_key().text();
    const auto refusal = [&](const std::string& fields) {
        const auto message = sealed_subjects().parse(direct_subject(), signed_by_other(fields, to));
        return message ? std::error_code() : message.error().code;
    };
    CHECK(refusal(R"({"type":"chat-sealed","box":"AAAA"})") == Errc::not_a_message);
    CHECK(refusal(R"({"type":"chat-sealed","curve":"UABC","box":"AAAA"})") == Errc::not_a_message);
    CHECK(refusal(R"({"type":"chat-sealed","curve":")" + x + R"(","box":"***"})") == Errc::not_a_message);
    CHECK(refusal(R"({"type":"chat-sealed","curve":")" + x + R"(","box":7})") == Errc::not_a_message);
    CHECK(refusal(R"({"type":"chat-read","id":"1","about":{"key":")" + to + R"(","id":"1"}})") ==
          Errc::not_a_message);
    CHECK(refusal(R"({"type":"chat-sealed","curve":")" + x + R"(","box":")" +
                  std::string(max_body_bytes, 'A') + "\"}") == Errc::too_large);
    const auto garbage = sealed_subjects().parse(
        direct_subject(),
        signed_by_other(R"({"type":"chat-sealed","curve":")" + x + R"(","box":"AAAA"})", to));
    REQUIRE(garbage);
    CHECK(open_for(*garbage, 1, 1).error().code == Errc::cannot_open);
    CHECK(open_for(*sealed_subjects().parse(direct_subject(),
                                            sealed_body({.id = "1", .text = std::string(5000, 'x')})),
                   1, 1)
              .error()
              .code == Errc::too_large);
}

TEST_CASE("Sealed: an announcement is its sender's alone") {
    const nkeys::SigningKey key = user(2);
    const std::string name = "derek";
    const std::string body =
        encode_announcement({.key = key, .name = name, .now = sealed_at, .curve = curve(2).public_key()});
    const auto message = sealed_subjects().parse("chat.KUBECON.keys." + key.public_key().text(), body);
    REQUIRE(message);
    CHECK(message->kind == MessageKind::announcement);
    CHECK(message->curve == curve(2).public_key());
    const auto elsewhere = sealed_subjects().parse("chat.KUBECON.keys." + user(3).public_key().text(), body);
    CHECK(elsewhere.error().code == Errc::wrong_place);
}

TEST_CASE("PeerKeys: the newest key counts until one was used; then a change waits to be accepted") {
    PeerKeys peers;
    const nkeys::PublicKey derek = user(2).public_key();
    const auto takes = [&](std::uint64_t number, std::chrono::seconds at) {
        return peers.take({derek, curve(number).public_key(), sealed_at + at}, sealed_at);
    };
    CHECK(takes(1, 0s) == PeerKeys::Taken::first);
    CHECK(takes(2, 1s) == PeerKeys::Taken::first);
    CHECK(takes(1, 0s) == PeerKeys::Taken::same);  // an older announcement, sent again
    CHECK(peers.usable(derek) == curve(2).public_key());
    CHECK(peers.pin(derek));
    CHECK(takes(3, 2s) == PeerKeys::Taken::changed);
    CHECK(takes(3, 3s) == PeerKeys::Taken::same);
    CHECK_FALSE(peers.usable(derek));
    CHECK(takes(4, 2h) == PeerKeys::Taken::same);  // dated ahead
    CHECK(peers.accept(derek));
    CHECK(peers.usable(derek) == curve(3).public_key());
    CHECK_FALSE(peers.accept(derek));
}

TEST_CASE("PeerKeys: whoever announces keys of many users pushes out nobody who was written to") {
    PeerKeys peers;
    const nkeys::PublicKey derek = user(2).public_key();
    (void)peers.take({derek, curve(2).public_key(), sealed_at}, sealed_at);
    (void)peers.pin(derek);
    nkeys::PublicBytes bytes{};
    for (std::size_t i = 0; i < 2 * PeerKeys::max_peers; ++i) {
        bytes[0] = static_cast<std::uint8_t>(i);
        bytes[1] = static_cast<std::uint8_t>(i >> 8U);
        const auto stranger = nkeys::PublicKey::create(nkeys::Kind::user, bytes);
        (void)peers.take({stranger, curve(3).public_key(), sealed_at + 1s}, sealed_at + 1s);
    }
    CHECK(peers.all().size() == PeerKeys::max_peers);
    CHECK(peers.usable(derek) == curve(2).public_key());
}

TEST_CASE("SeenMessages: each counts once, also after many others, and not what is dated ahead") {
    SeenMessages seen;
    const nkeys::PublicKey derek = user(2).public_key();
    for (std::size_t i = 0; i < 2 * SeenMessages::max_of_one; ++i)
        CHECK(seen.insert({derek, std::to_string(i), sealed_at + std::chrono::seconds(i)}, sealed_at));
    CHECK_FALSE(seen.insert({derek, "511", sealed_at + 511s}, sealed_at));
    CHECK_FALSE(seen.insert({derek, "0", sealed_at}, sealed_at));
    CHECK_FALSE(seen.insert({derek, "new", sealed_at + 2h}, sealed_at));
    CHECK(seen.insert({derek, "late", sealed_at + 500s}, sealed_at));
    CHECK(seen.insert({user(3).public_key(), "0", sealed_at}, sealed_at));
    CHECK(seen.all().at(derek).marks.size() == SeenMessages::max_of_one);
}

TEST_CASE("SealedState: is read as it was written, and anything else is refused") {
    SealedState state;
    (void)state.peers.take({user(2).public_key(), curve(2).public_key(), sealed_at}, sealed_at);
    (void)state.peers.pin(user(2).public_key());
    (void)state.peers.take({user(2).public_key(), curve(3).public_key(), sealed_at + 1s}, sealed_at);
    state.peers.set_insecure(user(3).public_key(), true, sealed_at);
    (void)state.seen.insert({user(2).public_key(), "1", sealed_at}, sealed_at);
    state.sequence = 17;
    const auto read = SealedState::parse(state.encode());
    REQUIRE(read);
    CHECK(read->encode() == state.encode());
    CHECK(read->sequence == 17);
    CHECK(read->peers.has_changed(user(2).public_key()));
    CHECK(read->peers.is_insecure(user(3).public_key()));
    for (const char* text :
         {"", "[]", R"({"version":2})", R"({"version":1,"sequence":-1})", R"({"version":1,"peers":[]})",
          R"({"version":1,"peers":{"U":{}}})", R"({"version":1,"seen":{"x":{}}})"}) {
        const auto refused = SealedState::parse(text);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::not_sealed_state);
    }
}

namespace {

/// A chat of 1 that seals, with derek (2) and others.
struct SealedScene {
    support::FakeClock clock{sealed_at};
    Chat chat{{.self = user(1).public_key(),
               .name = "me",
               .channels = {"NATS"},
               .curve = curve(1).public_key(),
               .id_prefix = "mine."}};
    nkeys::PublicKey derek = user(2).public_key();

    void announces(std::uint64_t key) {
        Message message{
            .kind = MessageKind::presence, .sender = derek, .issued_at = clock.now(), .name = "derek"};
        message.curve = curve(key).public_key();
        chat.hear(message, clock.now());
    }
    [[nodiscard]] Message words(const std::string& id, bool sealed = true) const {
        Message message{
            .kind = MessageKind::direct, .sender = derek, .issued_at = clock.now(), .name = "derek"};
        message.id = id;
        message.text = "psst " + id;
        message.was_sealed = sealed;
        if (sealed) message.curve = curve(2).public_key();
        return message;
    }
    void type(const std::string& line) { chat.type(line, clock.now()); }
    [[nodiscard]] std::vector<Send> sent() {
        std::vector<Send> sends;
        for (const Effect& effect : chat.take_effects()) {
            if (const auto* const send = std::get_if<Send>(&effect)) sends.push_back(*send);
        }
        return sends;
    }
    [[nodiscard]] std::string last() const { return shown(chat.current().lines().back()); }
    [[nodiscard]] std::size_t lines_with(const std::string& text) const {
        std::size_t count = 0;
        for (const Room& room : chat.rooms())
            count += static_cast<std::size_t>(std::ranges::count_if(
                room.lines(), [&](const Line& line) { return line.text.find(text) != std::string::npos; }));
        return count;
    }
};

}  // namespace

TEST_CASE("Sealed chat: a message waits for its recipient's key, and goes sealed when that comes") {
    SealedScene scene;
    scene.type("/msg " + scene.derek.text() + " hello");
    CHECK(scene.sent().empty());
    CHECK(scene.chat.sealed().holds());
    scene.announces(2);
    const std::vector<Send> sends = scene.sent();
    REQUIRE(sends.size() == 1);
    CHECK(sends.front().seal_for == curve(2).public_key());
    CHECK_FALSE(scene.chat.sealed().holds());
}

TEST_CASE("Sealed chat: without a key nothing goes, until plain ones are allowed, which have a mark") {
    SealedScene scene;
    scene.type("/msg " + scene.derek.text() + " hello");
    scene.clock.advance(2s);
    scene.chat.tick(scene.clock.now());
    CHECK(scene.chat.sealed().holds());
    scene.clock.advance(1s);
    scene.chat.tick(scene.clock.now());
    CHECK_FALSE(scene.chat.sealed().holds());
    CHECK(scene.chat.sealed().unsent == 1);
    CHECK(scene.chat.current().lines().front().delivery == Delivery::failed);
    CHECK_THAT(scene.last(), ContainsSubstring("has announced no key to seal it for; /insecure U"));

    scene.type("/insecure " + scene.derek.text());
    scene.type("again");
    const std::vector<Send> sends = scene.sent();
    REQUIRE(sends.size() == 1);
    CHECK_FALSE(sends.front().seal_for);
    CHECK(scene.last() == "me (plain): again");
    scene.announces(2);
    scene.type("sealed now");
    CHECK(scene.sent().back().seal_for);
    CHECK(scene.last() == "me: sealed now");
}

TEST_CASE("Sealed chat: what others could read has a mark, and a sealed one has none") {
    SealedScene scene;
    scene.chat.hear(scene.words("1", false), scene.clock.now());
    scene.chat.hear(scene.words("2"), scene.clock.now());
    const auto& lines = scene.chat.rooms().back().lines();
    CHECK(shown(lines[0]) == "derek? (plain): psst 1");
    CHECK(shown(lines[1]) == "derek?: psst 2");
}

TEST_CASE("Sealed chat: a key that has changed is told, and nothing goes until it is accepted") {
    SealedScene scene;
    scene.announces(2);
    scene.type("/msg derek one");
    CHECK(scene.sent().size() == 1);
    scene.clock.advance(1s);
    scene.announces(3);
    CHECK_THAT(scene.last(),
               ContainsSubstring("derek? has another curve key, " + curve(3).public_key().text()));
    scene.type("two");
    CHECK_THAT(scene.last(), ContainsSubstring("not sent: the curve key has changed"));
    CHECK(scene.sent().empty());
    scene.type("/whois derek");
    scene.type("three");
    const std::vector<Send> sends = scene.sent();
    REQUIRE(sends.size() == 1);
    CHECK(sends.front().seal_for == curve(3).public_key());
}

TEST_CASE("Sealed chat: a replay is not shown again, in this chat or the next, heard or from the stream") {
    SealedScene scene;
    const Message message = scene.words("1");
    scene.chat.hear(message, scene.clock.now());
    scene.chat.hear(message, scene.clock.now());
    CHECK(scene.lines_with("psst 1") == 1);
    CHECK(scene.chat.sealed().take_changed());

    Chat next({.self = user(1).public_key(),
               .name = "me",
               .channels = {"NATS"},
               .sealed = SealedState::parse(scene.chat.sealed().state.encode()).value(),
               .curve = curve(1).public_key()});
    next.hear(message, scene.clock.now());
    Message second = scene.words("2");
    next.take(SealedPage{.messages = {{.message = message, .sequence = 4, .at = sealed_at},
                                      {.message = second, .sequence = 5, .at = sealed_at}},
                         .sequence = 5},
              scene.clock.now());
    REQUIRE(next.rooms().size() == 2);
    CHECK(next.rooms().back().lines().size() == 1);
    CHECK(next.rooms().back().lines().front().was_kept);
    CHECK(next.sealed().state.sequence == 5);
}

TEST_CASE("Sealed chat: what cannot be opened is told, and a flood of it once in ten seconds") {
    SealedScene scene;
    Message garbage = scene.words("1");
    garbage.kind = MessageKind::sealed;
    for (int i = 0; i < 1000; ++i)
        scene.chat.hear(garbage, scene.clock.now());
    CHECK(scene.lines_with("cannot be opened") == 1);
    scene.clock.advance(10s);
    scene.chat.hear(garbage, scene.clock.now());
    CHECK_THAT(scene.last(), ContainsSubstring("1001 sealed messages so far that cannot be opened"));
}

TEST_CASE("Sealed chat: a receipt goes to who asks for it, once, where one wants that and looks") {
    SealedScene scene;
    scene.announces(2);
    Message asking = scene.words("1");
    asking.asks_receipt = true;
    scene.chat.hear(asking, scene.clock.now());
    scene.type("/set receipts on");
    CHECK(scene.sent().empty());
    scene.type("/query derek");
    const std::vector<Send> sends = scene.sent();
    REQUIRE(sends.size() == 1);
    CHECK(sends.front().note.saying == Saying::receipt);
    CHECK(sends.front().note.about == MessageRef{scene.derek, "1"});
    CHECK(sends.front().seal_for);
    scene.chat.visit({.channel = "NATS"});
    scene.type("/query derek");
    CHECK(scene.sent().empty());
}

TEST_CASE(
    "Sealed chat: a receipt marks what was sent up to it; a plain one, or one that is not wanted, does not") {
    SealedScene scene;
    scene.announces(2);
    scene.type("/msg derek one");
    for (const Send& send : scene.sent())
        scene.chat.deliver(send.ticket, Delivery::sent);
    const auto line = [&]() -> const Line& { return scene.chat.current().lines().front(); };
    Message receipt = scene.words("r1");
    receipt.note = {.saying = Saying::receipt, .about = line().ref};
    scene.chat.hear(receipt, scene.clock.now());
    CHECK_FALSE(line().was_read);
    scene.type("/set receipts on");
    receipt.id = "r2";
    receipt.was_sealed = false;
    scene.chat.hear(receipt, scene.clock.now());
    CHECK_FALSE(line().was_read);
    receipt.id = "r3";
    receipt.was_sealed = true;
    scene.chat.hear(receipt, scene.clock.now());
    CHECK(line().was_read);
}

TEST_CASE("Sealed chat: an announcement from the stream makes a name known, not online") {
    SealedScene scene;
    Message kept{.kind = MessageKind::announcement,
                 .sender = scene.derek,
                 .issued_at = sealed_at - 24h,
                 .name = "derek"};
    kept.curve = curve(2).public_key();
    scene.chat.hear(kept, scene.clock.now());
    CHECK_FALSE(scene.chat.people().online(scene.derek, scene.clock.now()));
    scene.type("/msg derek for when you are back");
    REQUIRE(scene.sent().size() == 1);
}
