// Replies, edits, deletions and reactions: those of others, and one's own.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/shown.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;

namespace {

nkeys::PublicKey person(std::uint64_t number) {
    return support::key_of(nkeys::Kind::user, number).public_key();
}

/// A chat of "me" that looks at #NATS, where others speak.
struct SayingScene {
    support::FakeClock clock;
    Chat chat{{.self = person(1), .name = "me", .channels = {"NATS", "General"}, .id_prefix = "mine."}};
    int sent = 0;

    MessageRef says(std::uint64_t sender, const std::string& text, Annotation note = {}) {
        Message message{.kind = MessageKind::post,
                        .sender = person(sender),
                        .issued_at = clock.now(),
                        .name = "derek",
                        .id = std::to_string(++sent),
                        .channel = "NATS",
                        .text = text,
                        .note = std::move(note)};
        hear(message);
        return {message.sender, message.id};
    }
    void hear(const Message& message) { chat.hear(message, clock.now()); }
    void edits(std::uint64_t sender, const std::string& id, const std::string& text, std::uint64_t revision) {
        says(sender, text,
             {.saying = Saying::edit, .about = MessageRef{person(sender), id}, .revision = revision});
    }
    void deletes(std::uint64_t sender, const std::string& id, std::uint64_t revision) {
        says(sender, "",
             {.saying = Saying::deletion, .about = MessageRef{person(sender), id}, .revision = revision});
    }
    void reacts(std::uint64_t sender, const MessageRef& to, const std::string& sign, std::uint64_t revision,
                bool withdrawn = false) {
        says(sender, sign,
             {.saying = Saying::reaction, .about = to, .revision = revision, .withdrawn = withdrawn});
    }
    void type(const std::string& line) { chat.type(line, clock.now()); }
    [[nodiscard]] const Line& line(const MessageRef& ref) const { return *chat.current().find(ref); }
    [[nodiscard]] std::string last() const { return chat.current().lines().back().text; }
    [[nodiscard]] Send taken() {
        for (const Effect& effect : chat.take_effects()) {
            if (const auto* const send = std::get_if<Send>(&effect)) return *send;
        }
        return {0, {}, "nothing is sent"};
    }
};

std::string counted(const Reactions& reactions) {
    std::string text;
    for (const Reactions::Count& count : reactions.counts())
        text += count.sign + std::to_string(count.people) + " ";
    return text;
}

}  // namespace

TEST_CASE(
    "Saying: an edit of its author changes a message, and the newest one stands in whatever order they "
    "come") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "helo");
    scene.edits(2, hello.id, "hello, all", 3);
    scene.edits(2, hello.id, "hello", 2);
    CHECK(scene.line(hello).text == "hello, all");
    scene.edits(2, hello.id, "again, the same revision", 3);
    CHECK(scene.line(hello).text == "hello, all");
    CHECK(scene.chat.current().lines().size() == 1);
}

TEST_CASE("Saying: nobody edits or deletes what another said") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    scene.edits(3, hello.id, "I am a fool", 2);
    scene.deletes(3, hello.id, 2);
    CHECK(scene.line(hello).text == "hello");
    CHECK_FALSE(scene.line(hello).deleted);
}

TEST_CASE("Saying: what is deleted stays deleted, also when the message or an edit of it comes again") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    scene.deletes(2, hello.id, 5);
    CHECK(scene.line(hello).deleted);
    CHECK(scene.line(hello).text.empty());
    scene.edits(2, hello.id, "hello again", 9);
    CHECK(scene.line(hello).deleted);
    // So long after that its id is not among the newest.
    for (int i = 0; i < 17'000; ++i)
        scene.edits(3, "none", "noise", 1);
    scene.hear({.kind = MessageKind::post,
                .sender = hello.sender,
                .issued_at = scene.clock.now(),
                .name = "derek",
                .id = hello.id,
                .channel = "NATS",
                .text = "hello"});
    CHECK(scene.chat.current().lines().size() == 1);
}

TEST_CASE("Saying: an edit dated far ahead, of what is not here or in another channel, changes nothing") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    scene.edits(2, hello.id, "for ever", ~std::uint64_t{0});
    scene.edits(2, "unknown", "nothing", 2);
    Message elsewhere{.kind = MessageKind::post,
                      .sender = hello.sender,
                      .issued_at = scene.clock.now(),
                      .name = "derek",
                      .id = "elsewhere",
                      .channel = "General",
                      .text = "from elsewhere"};
    elsewhere.note = {.saying = Saying::edit, .about = hello, .revision = 2};
    scene.hear(elsewhere);
    CHECK(scene.line(hello).text == "hello");
    CHECK(scene.chat.current().lines().size() == 1);
}

TEST_CASE("Saying: a reaction counts once for each person, and can be taken back") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    scene.reacts(3, hello, "👍", 1);
    scene.reacts(3, hello, "👍", 2);
    scene.reacts(4, hello, "👍", 1);
    scene.reacts(4, hello, "🎉", 1);
    CHECK(counted(scene.line(hello).reactions) == "👍2 🎉1 ");
    scene.reacts(3, hello, "👍", 3, true);
    CHECK(counted(scene.line(hello).reactions) == "👍1 🎉1 ");
    // The older one again.
    scene.reacts(3, hello, "👍", 2);
    CHECK(counted(scene.line(hello).reactions) == "👍1 🎉1 ");
}

TEST_CASE("Saying: a reaction is one sign") {
    CHECK(is_reaction("👍"));
    CHECK(is_reaction("👨‍👩‍👧‍👦"));
    CHECK(is_reaction("+"));
    for (const char* none : {"", "a", " ", "\n", "👍👍", "yes", "\x1b[2J", "\xff"}) {
        INFO(none);
        CHECK_FALSE(is_reaction(none));
    }
}

TEST_CASE("Saying: a million reactions are a bounded number of them") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    Reactions reactions;
    for (std::uint8_t who = 0; who < 200; ++who) {
        const nkeys::PublicKey key = nkeys::PublicKey::create(nkeys::Kind::user, {who});
        for (const char* sign : {"👍", "🎉", "😀", "😎", "🚀", "👀", "❤", "🔥", "🐙", "🦊"})
            (void)reactions.apply({.by = key, .sign = sign, .revision = 1});
    }
    CHECK(reactions.counts().size() == Reactions::max_signs);
    CHECK(reactions.counts().front().people == Reactions::max_people);
    Room room({.channel = "NATS"}, "#NATS");
    for (std::uint64_t i = 0; i < 200; ++i) {
        Line line{.at = scene.clock.now(), .text = "hello"};
        line.ref = MessageRef{person(2), std::to_string(i)};
        room.append(std::move(line), Room::Watched::no);
    }
    for (std::uint64_t i = 0; i < 200'000; ++i) {
        const auto by =
            nkeys::PublicKey::create(nkeys::Kind::user, {static_cast<std::uint8_t>(i / 1600 % 40)});
        (void)room.react({person(2), std::to_string(i % 200)}, {.by = by, .sign = "👍", .revision = i + 1});
    }
    std::size_t stored = 0;
    for (const Line& line : room.lines())
        stored += line.reactions.empty() ? 0 : line.reactions.counts().front().people;
    CHECK(stored <= Room::max_reacted);
    CHECK(stored > 0);
    (void)hello;
}

TEST_CASE("Saying: /edit and /delete are about one's own newest message, and are shown at once") {
    SayingScene scene;
    scene.type("/edit nothing yet");
    CHECK(scene.last() == "there is nothing of yours here that can be changed");
    scene.type("helo");
    const MessageRef own{person(1), scene.taken().id};
    CHECK(own.id == "mine.1");
    scene.says(2, "what?");
    scene.type("/edit hello");
    CHECK(scene.line(own).text == "hello");
    const Send edit = scene.taken();
    CHECK(edit.text == "hello");
    CHECK(edit.note.saying == Saying::edit);
    CHECK(edit.note.about == own);
    CHECK(edit.note.revision > 0);
    CHECK(edit.id == "mine.2");
    scene.type("/delete");
    CHECK(scene.line(own).deleted);
    CHECK(scene.taken().note.revision > edit.note.revision);
}

TEST_CASE("Saying: /reply and /react are about the newest message of others; /react again takes it back") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    scene.type("/react 👍");
    CHECK(counted(scene.line(hello).reactions) == "👍1 ");
    CHECK_FALSE(scene.taken().note.withdrawn);
    scene.type("/react 👍");
    CHECK(counted(scene.line(hello).reactions).empty());
    CHECK(scene.taken().note.withdrawn);
    scene.type("/react yes");
    CHECK(scene.last() == "not sent: a reaction is one sign, such as 👍");
    scene.type("/reply hello you");
    const Send reply = scene.taken();
    CHECK(reply.note.about == hello);
    CHECK(reply.text == "hello you");
    CHECK(scene.chat.current().lines().back().reply_to == hello);
}

TEST_CASE("Saying: what is sent anywhere is refused with its reason, and one's own alone can be changed") {
    SayingScene scene;
    const MessageRef hello = scene.says(2, "hello");
    const auto refusal = [&](const Utterance& utterance) {
        const base::Result<Sent> sent = scene.chat.send(utterance, scene.clock.now());
        return sent ? std::string("sent") : sent.error().detail;
    };
    const Place nats{.channel = "NATS"};
    CHECK(refusal({.place = {.channel = "Nowhere"}, .text = "x"}) == "not sent: #Nowhere is not open");
    CHECK(refusal({.place = nats, .text = " \n"}) == "not sent: there is no text");
    CHECK(refusal({.place = nats, .text = "x", .note = {.saying = Saying::edit, .about = hello}}) ==
          "not sent: that is no message of yours here");
    CHECK(refusal({.place = nats,
                   .text = "👍",
                   .note = {.saying = Saying::reaction, .about = MessageRef{person(2), "gone"}}}) ==
          "not sent: the message is not here any more");
    CHECK(refusal({.place = {.channel = {}, .person = person(9)}, .text = "psst"}) == "sent");
}
