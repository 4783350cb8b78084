#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/chat-client/view/glyphs.h>

#include "view_scene.h"

using namespace natscreds;
using namespace natscreds::chat;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

TEST_CASE("Window: 80x24 has rooms and people beside what is said") {
    ViewScene scene({.width = 80, .height = 24});
    scene.appears("derek");
    scene.posts("derek", "hello 日本 👨‍👩‍👧 there");
    scene.type("hi");
    CHECK(scene.screen() ==
          " #KUBECON\n"
          "1 #KUBECON      │\n"
          "2 #NATS         │\n"
          "3 #General      │\n"
          "                │\n"
          "online: 1       │\n"
          "● derek?        │\n"
          "                │\n                │\n                │\n                │\n                │\n"
          "                │\n                │\n                │\n                │\n                │\n"
          "                │\n                │\n"
          "                │────────────────── Tuesday, 14 November 2023 ──────────────────\n"
          "                │22:13           -- derek? is online\n"
          "                │22:13      derek?: hello 日本 👨‍👩‍👧 there\n"
          " west:4222 | me\n"
          "> hi\n");
}

TEST_CASE("Window: 40x10 hides the list, and counts at the top") {
    ViewScene scene({.width = 40, .height = 10});
    scene.posts("derek", "hello from somewhere else", "NATS");
    scene.posts("derek", "a message that has to be wrapped here");
    CHECK(scene.screen() ==
          " #KUBECON 2:1  online: 0\n"
          "\n\n\n"
          "\n"
          "────── Tuesday, 14 November 2023 ───────\n"
          "22:13 derek?: a message that has to be\n"
          "      wrapped here\n"
          " west:4222 | me\n"
          ">\n");
}

TEST_CASE("Window: wide characters and those written from right to left leave the frame where it is") {
    const std::string text = GENERATE("שלום עולם, this is שלום again", "مرحبا بالعالم and مَرْحَبًا",
                                      "日本語日本語日本語 한글 ｆｕｌｌ", "नमस्ते दुनिया",
                                      "👨‍👩‍👧👍🏽❤️ שלום 日本");
    for (const int width : {60, 61, 80}) {
        CAPTURE(text, width);
        ViewScene scene({.width = width, .height = 24});
        scene.appears("derek");
        scene.posts("derek", text + " " + text + " " + text);
        std::istringstream rows(scene.screen());
        std::size_t framed = 0;
        for (std::string row; std::getline(rows, row);) {
            CAPTURE(row);
            CHECK(cells_of(row) <= width);
            const std::size_t frame = row.find("│");
            if (frame == std::string::npos) continue;
            CHECK(cells_of(row.substr(0, frame)) == 16);
            ++framed;
        }
        CHECK(framed == 21);
    }
}

TEST_CASE("Window: whatever its size, it draws as many rows as there are") {
    for (const int width : {1, 2, 7, 20, 39, 59, 60, 61, 300}) {
        for (const int height : {1, 2, 3, 4, 10, 100}) {
            CAPTURE(width, height);
            ViewScene scene({.width = width, .height = height});
            scene.posts("derek",
                        "hello 日本 👨‍👩‍👧 there, and a long enough text\nof two lines");
            scene.press("page-up");
            CHECK(scene.window.frame().rows.size() == static_cast<std::size_t>(height));
            scene.window.take(Paste{"a\nb\nc"});
            CHECK(scene.window.frame().rows.size() == static_cast<std::size_t>(height));
        }
    }
}

TEST_CASE("Window: Enter says what was typed, and the line is empty") {
    ViewScene scene;
    scene.type("hello");
    scene.press("enter");
    CHECK(scene.chat.current().lines().back().text == "hello");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n>\n"));
}

TEST_CASE("Window: rooms are switched by number, step by step, and to the next unread, mentions first") {
    ViewScene scene;
    const auto room = [&] { return scene.chat.current().title(); };
    scene.press("alt-3");
    CHECK(room() == "#General");
    scene.press("alt-9");
    CHECK(room() == "#General");
    scene.press("alt-down");
    CHECK(room() == "#KUBECON");
    scene.press("alt-up");
    CHECK(room() == "#General");
    scene.press("ctrl-n");
    CHECK(room() == "#KUBECON");
    scene.press("ctrl-p");
    CHECK(room() == "#General");

    scene.posts("derek", "hello", "KUBECON");
    scene.posts("derek", "me?", "NATS");
    scene.press("alt-a");
    CHECK(room() == "#NATS");
    scene.press("alt-a");
    CHECK(room() == "#KUBECON");
    scene.press("alt-a");
    CHECK(room() == "#KUBECON");
}

TEST_CASE("Window: while one reads back nothing moves, new lines are counted, and End goes to them") {
    ViewScene scene;
    for (int i = 1; i <= 100; ++i)
        scene.posts("derek", "line " + std::to_string(i));
    scene.press("page-up");
    const std::string before = scene.screen();
    CHECK_THAT(before, ContainsSubstring("newest"));
    scene.posts("derek", "line 101");
    scene.posts("derek", "line 102");
    const std::string after = scene.screen();
    CHECK_THAT(after, ContainsSubstring("2 new below") && !ContainsSubstring("line 101"));
    CHECK(before.substr(0, before.find("────")) == after.substr(0, after.find("────")));
    scene.press("end");
    CHECK_THAT(scene.screen(), ContainsSubstring("line 102") && !ContainsSubstring("below"));
}

TEST_CASE("Window: page by page no line is left out") {
    ViewScene scene({.width = 40, .height = 10});
    for (int i = 1; i <= 50; ++i)
        scene.posts("derek", "line " + std::to_string(i) + ".");
    std::string seen = scene.screen();
    for (int i = 0; i < 10; ++i) {
        scene.press("page-up");
        seen += scene.screen();
    }
    for (int i = 1; i <= 50; ++i)
        CHECK_THAT(seen, ContainsSubstring("line " + std::to_string(i) + "."));
}

TEST_CASE("Window: another room is read from its end") {
    ViewScene scene;
    for (int i = 1; i <= 100; ++i)
        scene.posts("derek", "line " + std::to_string(i));
    scene.press("page-up");
    scene.press("alt-2");
    scene.press("alt-1");
    CHECK_THAT(scene.screen(), ContainsSubstring("line 100"));
}

TEST_CASE("Window: a paste of several lines is asked about: Enter sends it as one message, Esc does not") {
    ViewScene scene;
    scene.type("look: ");
    scene.window.take(Paste{"one\ntwo\n"});
    CHECK_THAT(scene.screen(), ContainsSubstring("2 lines pasted: Enter sends, Esc discards"));
    CHECK(scene.chat.current().lines().empty());
    scene.press("esc");
    CHECK_THAT(scene.screen(), ContainsSubstring("> look:\n"));
    scene.window.take(Paste{"one\ntwo\n"});
    scene.press("enter");
    CHECK(scene.chat.current().lines().back().text == "look: one\ntwo");
}

TEST_CASE("Window: a paste that is too long for one message says so before it is sent, and goes as several") {
    ViewScene scene;
    scene.type("see ");
    std::string lines;
    for (int i = 1; i <= 1000; ++i)
        lines += "line " + std::to_string(i) + "\n";
    scene.window.take(Paste{lines});
    CHECK_THAT(scene.screen(), ContainsSubstring("1000 lines pasted: Enter sends 3 messages, for one"));
    scene.press("enter");
    const auto& said = scene.chat.current().lines();
    REQUIRE(said.size() == 3);
    CHECK_THAT(said[0].text, StartsWith("see line 1\nline 2\n"));
    CHECK_THAT(said[2].text, EndsWith("\nline 1000"));
    for (const Line& line : said) {
        CHECK(line.kind == LineKind::message);
        CHECK(line.text.size() <= max_text_bytes);
    }
    CHECK_THAT(scene.screen(), ContainsSubstring("\n>\n"));
}

TEST_CASE("Window: a pasted line that is too long is asked about too, and what was cut off is counted") {
    ViewScene scene;
    scene.window.take(Paste{std::string(max_text_bytes, 'x')});
    CHECK_THAT(scene.screen(), !ContainsSubstring("pasted"));
    scene.press("ctrl-c");
    scene.window.take(Paste{"/quit " + std::string(max_text_bytes, 'x'), 12});
    CHECK_THAT(scene.screen(),
               ContainsSubstring("a long line pasted, 12 bytes more are cut off: Enter sends 2"));
    scene.press("enter");
    REQUIRE(scene.chat.current().lines().size() == 2);
    CHECK(scene.chat.current().lines().front().text == "/quit");
    CHECK(scene.chat.take_effects().size() == 5);
}

TEST_CASE("Window: the wheel scrolls, and leaves the line and what was typed before alone") {
    ViewScene scene;
    for (int i = 1; i <= 100; ++i)
        scene.posts("derek", "line " + std::to_string(i) + ".");
    scene.type("sent");
    scene.press("enter");
    scene.type("draft");
    scene.press("wheel-up");
    CHECK_THAT(scene.screen(), !ContainsSubstring("me: sent") && ContainsSubstring("> draft\n"));
    scene.press("wheel-down");
    CHECK_THAT(scene.screen(), ContainsSubstring("me: sent") && ContainsSubstring("> draft\n"));
}

TEST_CASE("Window: a key opens long messages, and folds them again; elsewhere they are folded") {
    ViewScene scene;
    scene.posts("derek", "first" + std::string(30, '\n') + "last");
    CHECK_THAT(scene.screen(),
               !ContainsSubstring("last") && ContainsSubstring("21 more rows: alt-o shows them"));
    scene.press("alt-o");
    CHECK_THAT(scene.screen(), ContainsSubstring("last"));
    scene.press("alt-o");
    CHECK_THAT(scene.screen(), !ContainsSubstring("last"));
    scene.press("alt-o");
    scene.press("alt-2");
    scene.press("alt-1");
    CHECK_THAT(scene.screen(), !ContainsSubstring("last"));
}

TEST_CASE("Window: each room has its own draft") {
    ViewScene scene;
    scene.type("for KUBECON");
    scene.press("alt-2");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n>\n"));
    scene.type("for NATS");
    scene.press("alt-1");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n> for KUBECON\n"));
    scene.press("enter");
    CHECK(scene.chat.current().lines().back().text == "for KUBECON");
    scene.press("alt-2");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n> for NATS\n"));
    scene.press("alt-1");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n>\n"));
}

TEST_CASE("Window: Esc takes answers away, and reading back stays where it is when they go") {
    ViewScene scene;
    for (int i = 1; i <= 100; ++i)
        scene.posts("derek", "line " + std::to_string(i) + ".");
    scene.type("/set bell");
    scene.press("enter");
    CHECK_THAT(scene.screen(), ContainsSubstring("bell = mention"));
    scene.posts("derek", "line 101.");
    scene.press("page-up");
    const std::string before = scene.screen();
    scene.chat.forget_answers();
    CHECK(scene.screen() == before);
    scene.press("esc");
    CHECK_THAT(scene.screen(), ContainsSubstring("line 101.") && !ContainsSubstring("bell = mention"));
}

TEST_CASE("Window: Ctrl-K goes to a room by its letters, and erases where there is something to erase") {
    ViewScene scene;
    scene.chat.type("/join general-talk", scene.clock.now());
    scene.chat.visit({.channel = "KUBECON"});
    scene.posts("derek", "hello", "general-talk");
    scene.press("ctrl-k");
    CHECK_THAT(scene.screen(),
               ContainsSubstring("> #general-talk  1 unread") && ContainsSubstring("\ngo to:\n"));
    scene.type("gtk");
    CHECK_THAT(scene.screen(), ContainsSubstring("> #general-talk") && !ContainsSubstring("  #General\n"));
    scene.press("enter");
    CHECK(scene.chat.current().title() == "#general-talk");

    scene.press("ctrl-k");
    scene.type("nat");
    scene.press("esc");
    CHECK(scene.chat.current().title() == "#general-talk");
    scene.press("ctrl-k");
    scene.press("down");
    scene.press("up");
    scene.press("ctrl-k");
    scene.press("enter");
    CHECK(scene.chat.current().title() == "#NATS");
    scene.press("ctrl-k");
    scene.type("nowhere");
    CHECK_THAT(scene.screen(), ContainsSubstring("nothing open is called so"));
    scene.press("enter");
    CHECK(scene.chat.current().title() == "#NATS");

    scene.type("one two");
    scene.press("alt-b");
    scene.press("ctrl-k");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n> one\n"));
}

TEST_CASE("Window: the title of the terminal's window says where one is, and how much is unread") {
    ViewScene scene;
    CHECK(scene.window.title() == "#KUBECON - nats-chat");
    scene.posts("derek", "hello", "NATS");
    scene.posts("derek", "hello", "General");
    CHECK(scene.window.title() == "(2) #KUBECON - nats-chat");
    scene.chat.visit({.channel = "NATS"});
    CHECK(scene.window.title() == "(1) #NATS - nats-chat");
}

TEST_CASE("Window: a paste of one line is typed, its escapes made harmless, and is not sent by its newline") {
    ViewScene scene;
    scene.window.take(Paste{"rm \x1b[31m-rf\n"});
    CHECK_THAT(scene.screen(), ContainsSubstring("> rm ␛[31m-rf\n"));
    CHECK(scene.chat.current().lines().empty());
}

TEST_CASE("Window: Ctrl-C empties the line; on an empty one it asks, and leaves when it comes again") {
    ViewScene scene;
    scene.type("hello");
    scene.press("ctrl-c");
    CHECK_THAT(scene.screen(), ContainsSubstring("\n>\n"));
    scene.press("ctrl-y");
    CHECK_THAT(scene.screen(), ContainsSubstring("> hello\n"));

    scene.press("ctrl-c");
    scene.press("ctrl-c");
    CHECK_THAT(scene.screen(), ContainsSubstring("Ctrl-C again to leave"));
    scene.type("x");
    CHECK(scene.window.take_task() == Window::Task::none);
    scene.press("ctrl-c");
    scene.press("ctrl-c");
    CHECK(scene.window.take_task() == Window::Task::leave);
}

TEST_CASE("Window: a search goes from hit to hit, Enter stays there, Esc goes back") {
    ViewScene scene;
    for (int i = 1; i <= 200; ++i)
        scene.posts("derek", (i % 50 == 0 ? "needle " : "hay ") + std::to_string(i));
    scene.press("ctrl-r");
    scene.type("needle");
    CHECK_THAT(scene.screen(),
               ContainsSubstring("search (1 of 4): needle") && ContainsSubstring("needle 200"));
    scene.press("ctrl-r");
    scene.press("up");
    CHECK_THAT(scene.screen(), ContainsSubstring("3 of 4") && ContainsSubstring("needle 100"));
    scene.press("down");
    CHECK_THAT(scene.screen(), ContainsSubstring("2 of 4") && ContainsSubstring("needle 150"));
    scene.press("enter");
    CHECK_THAT(scene.screen(), ContainsSubstring("needle 150") && ContainsSubstring("\n>\n"));

    scene.type("/search needle 50");
    scene.press("enter");
    CHECK_THAT(scene.screen(), ContainsSubstring("hay 51"));
    scene.press("esc");
    CHECK_THAT(scene.screen(), ContainsSubstring("needle 150"));
    scene.press("ctrl-r");
    scene.type("nowhere");
    CHECK_THAT(scene.screen(), ContainsSubstring("nothing found"));
}

TEST_CASE("Window: the keys are those of the settings, and help shows them") {
    ViewScene scene;
    scene.chat.type("/set keys.next_channel ctrl-g", scene.clock.now());
    scene.press("ctrl-g");
    CHECK(scene.chat.current().title() == "#NATS");
    scene.press("f1");
    CHECK_THAT(scene.screen(), ContainsSubstring("ctrl-g"));
    scene.press("x");
    CHECK_THAT(scene.screen(), !ContainsSubstring("any key goes back"));
}

TEST_CASE("Window: the bell rings for what the settings say, and never for oneself") {
    ViewScene scene;
    const auto rings_after = [&](const char* text) {
        scene.posts("derek", text);
        return scene.window.catch_up();
    };
    CHECK_FALSE(rings_after("hello"));
    CHECK(rings_after("me?"));
    scene.writes("derek", "psst");
    CHECK(scene.window.catch_up());
    scene.chat.type("/set bell direct", scene.clock.now());
    CHECK_FALSE(rings_after("me?"));
    scene.chat.type("/set bell all", scene.clock.now());
    CHECK(rings_after("hello"));
    scene.type("me too");
    scene.press("enter");
    CHECK_FALSE(scene.window.catch_up());
    scene.chat.type("/set bell off", scene.clock.now());
    CHECK_FALSE(rings_after("me?"));
}

TEST_CASE("Window: suspending and drawing again are left to who has the terminal") {
    ViewScene scene;
    scene.press("ctrl-z");
    CHECK(scene.window.take_task() == Window::Task::suspend);
    scene.press("ctrl-l");
    CHECK(scene.window.take_task() == Window::Task::redraw);
    CHECK(scene.window.take_task() == Window::Task::none);
}
