#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/chat-client/view/message_rows.h>

#include "view_scene.h"

using namespace natscreds;
using namespace natscreds::chat;
using namespace std::chrono_literals;
using Catch::Matchers::EndsWith;

namespace {

Line line(const std::string& name, const std::string& text) {
    const support::FakeClock clock;
    return {.at = clock.now(),
            .author = {.name = name, .verified_as = {}, .standing = Standing::verified},
            .text = text};
}

std::string drawn(const Line& of, int width) {
    std::string text;
    for (const Row& row : message_rows(of, {.width = width, .local_time = utc}))
        text += text_of(row) + "\n";
    return text;
}

Ink ink_of_name(const Author& author) {
    Line said = line("", "hello");
    said.author = author;
    const std::vector<Row> rows = message_rows(said, {.width = 80, .local_time = utc});
    for (const Span& span : rows.front()) {
        if (span.text.starts_with(author.name)) return span.ink;
    }
    return Ink::plain;
}

}  // namespace

TEST_CASE("Message: one of very many rows is folded, unless it is opened or a search is at it") {
    Line flood = line("derek", "first" + std::string(2000, '\n') + "last");
    flood.number = 7;
    LineLayout layout{.width = 50, .local_time = utc, .unfold_key = "alt-o"};
    const std::vector<Row> folded = message_rows(flood, layout);
    REQUIRE(folded.size() == folded_rows + 1);
    CHECK_THAT(text_of(folded.back()), EndsWith("… and 1991 more rows: alt-o shows them"));
    layout.found = 7;
    CHECK(message_rows(flood, layout).size() == 2001);
    layout = {.width = 50, .local_time = utc};
    CHECK(message_rows(flood, layout).size() == 2001);
    layout.unfold_key = "alt-o";
    CHECK(message_rows(line("derek", std::string(max_rows - 1, '\n')), layout).size() == max_rows);
    CHECK(message_rows(line("derek", std::string(max_rows, '\n')), layout).size() == folded_rows + 1);
}

TEST_CASE("Message: names stand in a column, and the text hangs below itself") {
    CHECK(drawn(line("derek", "a text that is longer than one row can be"), 50) ==
          "22:13     derek: a text that is longer than one\n"
          "                 row can be\n");
}

TEST_CASE("Message: in a narrow pane the text hangs below the name") {
    CHECK(drawn(line("derek", "a text that is longer"), 26) ==
          "22:13 derek: a text that\n"
          "      is longer\n");
}

TEST_CASE("Message: a name that is wider than its column is not cut") {
    CHECK(drawn(line("a_very_long_name_indeed", "hello"), 50) == "22:13   a_very_long_name_indeed: hello\n");
}

TEST_CASE("Message: one's own have a mark of how far they have come") {
    Line own = line("me", "hello");
    own.own = true;
    own.delivery = Delivery::pending;
    CHECK(drawn(own, 50) == "22:13 …      me: hello\n");
    own.delivery = Delivery::sent;
    CHECK(drawn(own, 50) == "22:13 ✓      me: hello\n");
    CHECK(drawn(own, 40) == "22:13 ✓ me: hello\n");
    own.delivery = Delivery::failed;
    CHECK(drawn(own, 50) == "22:13 ✗      me: hello\n");
}

TEST_CASE("Message: actions and notices are told from what is said") {
    Line acts = line("derek", "waves");
    acts.kind = LineKind::action;
    CHECK(drawn(acts, 50) == "22:13    * derek waves\n");
    Line notice = line("", "derek is online");
    notice.kind = LineKind::notice;
    CHECK(drawn(notice, 50) == "22:13         -- derek is online\n");
}

TEST_CASE("Message: a verified, an unknown and a changed name look different, by sign and by ink") {
    const Author verified{.name = "derek", .verified_as = {}, .standing = Standing::verified};
    const Author unknown{.name = "derek", .verified_as = {}};
    const Author changed{
        .name = "derek", .verified_as = {}, .standing = Standing::verified, .pinning = Pinning::changed};
    CHECK(ink_of_name(verified) == Ink::verified);
    CHECK(ink_of_name(unknown) == Ink::unknown);
    CHECK(ink_of_name(changed) == Ink::alarm);

    Line said = line("derek", "hello");
    said.author = unknown;
    CHECK(drawn(said, 50) == "22:13    derek?: hello\n");
    said.author = changed;
    CHECK(drawn(said, 50) == "22:13    derek!: hello\n");
}

TEST_CASE("Message: several lines and wide characters keep their indent") {
    CHECK(drawn(line("derek", "日本語\n한글 text"), 50) ==
          "22:13     derek: 日本語\n"
          "                 한글 text\n");
}

TEST_CASE("Pane: a line stands where the unread begins, and one where the day changes") {
    ViewScene scene({.width = 50, .height = 12});
    scene.posts("derek", "before midnight", "NATS");
    scene.chat.visit({.channel = "NATS"});
    scene.chat.visit({.channel = "General"});
    scene.clock.advance(2h);
    scene.posts("derek", "after midnight", "NATS");
    scene.chat.visit({.channel = "NATS"});
    CHECK(scene.screen() ==
          " #NATS  online: 0\n"
          "\n\n\n\n"
          "─────────── Tuesday, 14 November 2023 ────────────\n"
          "22:13    derek?: before midnight\n"
          "────────── Wednesday, 15 November 2023 ───────────\n"
          "───────────────────── unread ─────────────────────\n"
          "00:13    derek?: after midnight\n"
          " west:4222 | me\n"
          ">\n");
}
