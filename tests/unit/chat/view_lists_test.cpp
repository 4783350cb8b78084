#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/chat-client/view/channel_list.h>
#include <natscreds/chat-client/view/people_list.h>
#include <natscreds/chat-client/view/title_line.h>

#include "view_scene.h"

using namespace natscreds;
using namespace natscreds::chat;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string channels(const ViewScene& scene, int height = 5) {
    return text_of(channel_list(scene.chat, {16, height, scene.clock.now()}, standard_palette()),
                   {.width = 16, .height = height});
}

std::string people(const ViewScene& scene, int height) {
    const auto online = scene.chat.people();
    return text_of(people_list(online, {16, height, scene.clock.now()}, standard_palette()),
                   {.width = 16, .height = height});
}

std::string title(const ViewScene& scene, RoomList list) {
    return text_of(title_line(scene.chat, scene.clock.now(), list));
}

}  // namespace

TEST_CASE(
    "Channel list: each room with its number, what is unread in it, and how often it speaks of oneself") {
    ViewScene scene;
    for (int i = 0; i < 11; ++i)
        scene.posts("derek", "hello", "NATS");
    scene.posts("derek", "me?", "NATS");
    scene.posts("derek", "me?", "General");
    CHECK(channels(scene) ==
          "1 #KUBECON\n"
          "2 #NATS    @1/12\n"
          "3 #General    @1\n\n\n");
}

TEST_CASE("Channel list: a conversation shows whether the other is there") {
    ViewScene scene;
    scene.appears("derek");
    scene.writes("derek", "psst");
    CHECK_THAT(channels(scene), ContainsSubstring("4 @derek? ●   @1\n"));
    scene.clock.advance(People::online_for + std::chrono::seconds(1));
    CHECK_THAT(channels(scene), ContainsSubstring("4 @derek? ○   @1\n"));
}

TEST_CASE("Channel list: a title that is too long gives way to its count, and keeps its signs") {
    ViewScene scene;
    scene.writes("a_very_long_name_indeed", "psst");
    CHECK_THAT(channels(scene), ContainsSubstring("4 @a_very_? ○ @1\n"));
}

TEST_CASE("Channel list: where more rooms are than rows, the current one is among those shown") {
    ViewScene scene;
    for (int i = 0; i < 30; ++i)
        scene.chat.type("/join room" + std::to_string(i), scene.clock.now());
    CHECK_THAT(channels(scene), ContainsSubstring("33 #room29"));
    scene.chat.visit({.channel = "KUBECON"});
    CHECK_THAT(channels(scene), ContainsSubstring("1 #KUBECON"));
    scene.chat.visit({.channel = "room10"});
    CHECK_THAT(channels(scene), ContainsSubstring("14 #room10"));
}

TEST_CASE("People list: those who are online, unproven names with their sign, the rest counted") {
    ViewScene scene;
    CHECK(people(scene, 3) == "online: 0\n\n\n");
    for (const char* name : {"anna", "bob", "carl", "dora"})
        scene.appears(name);
    CHECK(people(scene, 5) == "online: 4\n● anna?\n● bob?\n● carl?\n● dora?\n");
    CHECK(people(scene, 4) == "online: 4\n● anna?\n● bob?\nand 2 more\n");
    CHECK(people(scene, 1) == "\n");
}

TEST_CASE("People list: a name that is another's is marked, also where it does not fit") {
    ViewScene scene;
    scene.appears("derek");
    Message second = scene.message(MessageKind::presence, "derek");
    second.sender = numbered_key(nkeys::Kind::user, 200);
    scene.chat.hear(second, scene.clock.now());
    const std::string list = people(scene, 4);
    CHECK_THAT(list, ContainsSubstring("● derek?\n") && ContainsSubstring("● derek!?\n"));
}

TEST_CASE(
    "Title line: a channel's name; without a list of rooms, what is unread elsewhere and who is there") {
    ViewScene scene;
    scene.appears("derek");
    scene.posts("derek", "hello", "NATS");
    scene.posts("derek", "me?", "General");
    CHECK(title(scene, RoomList::shown) == " #KUBECON");
    CHECK(title(scene, RoomList::hidden) == " #KUBECON 2:1 3:@1  online: 1");
}

TEST_CASE("Title line: a person with presence, proof and key") {
    ViewScene scene;
    scene.appears("derek");
    scene.writes("derek", "psst");
    scene.chat.visit({.channel = {}, .person = numbered_key(nkeys::Kind::user, 'd')});
    const std::string key = numbered_key(nkeys::Kind::user, 'd').text().substr(0, 12);
    CHECK(title(scene, RoomList::shown) == " @derek?  online, not verified  " + key + "…");
}
