#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/chat-client/model/chat.h>
#include <natscreds/chat-client/model/errc.h>
#include <support/fakes.h>

using namespace natscreds;
using namespace natscreds::chat;

namespace {

nkeys::PublicKey user(std::uint8_t number) {
    return nkeys::PublicKey::create(nkeys::Kind::user, {number});
}

std::vector<std::string> titles(const Chat& chat) {
    std::vector<std::string> all;
    for (const Room& room : chat.rooms())
        all.push_back(room.title());
    return all;
}

std::vector<std::string> listened_to(Chat& chat) {
    std::vector<std::string> all;
    for (const Effect& effect : chat.take_effects()) {
        if (const auto* const listen = std::get_if<Listen>(&effect)) all.push_back(listen->channel);
    }
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "Kept rooms: channels, conversations, their order, drafts and place are there again at the next start") {
    const support::FakeClock clock;
    Chat before({.self = user(1), .name = "me"});
    before.type("/join Lisbon", clock.now());
    before.type("/leave NATS", clock.now());
    before.type("/msg " + user(2).text(), clock.now());
    before.visit({.channel = "General"});
    before.keep_draft({.channel = "Lisbon"}, "bom dia\n\"amigos\"");

    const auto kept = KeptRooms::parse(before.kept().encode());
    REQUIRE(kept);
    Chat after({.self = user(1), .name = "me", .channels = {}, .kept = *kept});
    const std::string unheard = "@" + user(2).text().substr(0, 63) + "?";
    CHECK(titles(after) == Texts{"#KUBECON", "#General", "#Lisbon", unheard});
    CHECK(after.current().title() == "#General");
    CHECK(after.rooms()[2].draft() == "bom dia\n\"amigos\"");
    CHECK(listened_to(after) == Texts{"KUBECON", "General", "Lisbon"});
}

TEST_CASE("Kept rooms: channels that are asked for come first, and none is there twice") {
    const KeptRooms kept{
        .rooms = {{.place = {.channel = "NATS"}, .draft = "draft"}, {.place = {.channel = "Lisbon"}}},
        .current = 1};
    Chat chat({.self = user(1), .name = "me", .channels = {"General", "NATS"}, .kept = kept});
    CHECK(titles(chat) == Texts{"#General", "#NATS", "#Lisbon"});
    CHECK(chat.current().title() == "#General");
    CHECK(chat.rooms()[1].draft() == "draft");
    CHECK(listened_to(chat) == Texts{"General", "NATS", "Lisbon"});
}

TEST_CASE("Kept rooms: a stranger who wrote and was not answered is not kept") {
    const support::FakeClock clock;
    Chat chat({.self = user(1), .name = "me"});
    chat.hear({.kind = MessageKind::direct,
               .sender = user(2),
               .issued_at = clock.now(),
               .name = "mallory",
               .id = "1"},
              clock.now());
    REQUIRE(chat.rooms().size() == 4);
    CHECK(chat.kept().rooms.size() == 3);
}

TEST_CASE("Kept rooms: what no chat has written is refused with what is wrong") {
    struct Wrong {
        std::string text;
        const char* says;
    };
    const std::string key = user(2).text();
    const std::string both = R"({"version":1,"rooms":[{"channel":"NATS","person":")" + key + R"("}]})";
    const auto wrong = GENERATE_COPY(
        Wrong{"", "parse error"}, Wrong{"[]", "no version 1"},
        Wrong{R"({"version":2,"rooms":[]})", "no version 1"},
        Wrong{R"({"version":1})", "rooms: expected a list"},
        Wrong{R"({"version":1,"rooms":[1]})", "a room is no object"},
        Wrong{R"({"version":1,"rooms":[{"channel":1}]})", "a room's member is no text"},
        Wrong{R"({"version":1,"rooms":[{"channel":"a b"}]})", "neither a channel nor a person"},
        Wrong{R"({"version":1,"rooms":[{}]})", "neither a channel nor a person"},
        Wrong{R"({"version":1,"rooms":[{"person":"UABC"}]})", "neither a channel nor a person"},
        Wrong{both, "neither a channel nor a person"},
        Wrong{R"({"version":1,"rooms":[{"channel":"a"},{"channel":"a"}]})", "stands there twice"},
        Wrong{R"({"version":1,"rooms":[],"current":-1})", "current: expected a number"});
    CAPTURE(wrong.text);
    const auto rooms = KeptRooms::parse(wrong.text);
    REQUIRE_FALSE(rooms);
    CHECK(rooms.error().code == Errc::not_rooms);
    CHECK(rooms.error().detail.find(wrong.says) != std::string::npos);
}

TEST_CASE("Kept rooms: what stands in a file is made harmless, and has its limits") {
    const auto escape =
        KeptRooms::parse(R"({"version":1,"current":9,"rooms":[{"channel":"a","draft":"\u001b[31m"}]})");
    REQUIRE(escape);
    CHECK(escape->rooms[0].draft == "␛[31m");
    CHECK(escape->current == 0);
    KeptRooms many;
    for (std::size_t i = 0; i < KeptRooms::most; ++i)
        many.rooms.push_back({.place = {.channel = "room" + std::to_string(i)}});
    CHECK(KeptRooms::parse(many.encode()));
    many.rooms.push_back({.place = {.channel = "one-more"}});
    CHECK_FALSE(KeptRooms::parse(many.encode()));
    KeptRooms wordy{
        .rooms = {{.place = {.channel = "a"}, .draft = std::string(KeptRooms::max_draft_bytes, 'x')}}};
    CHECK(KeptRooms::parse(wordy.encode()));
    wordy.rooms[0].draft += 'x';
    CHECK_FALSE(KeptRooms::parse(wordy.encode()));
}
