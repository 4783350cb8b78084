#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/chat-client/view/painter.h>
#include <natscreds/chat-client/view/rows.h>

using namespace natscreds::chat;
using Catch::Matchers::ContainsSubstring;

namespace {

Frame frame(const Row& row, int width = 10) {
    ftxui::Screen screen(width, 1);
    screen.SetCursor({.x = 0, .y = 0, .shape = ftxui::Screen::Cursor::Block});
    ftxui::Render(screen, rows({row}, standard_palette()));
    return frame_of(screen);
}

}  // namespace

TEST_CASE("Frame: a row sets its own looks, goes back to none, and clears what is right of it") {
    CHECK(frame({{"a"}, {"b", Ink::verified}}).rows == std::vector<std::string>{"a\x1b[0;32mb\x1b[0m\x1b[K"});
    CHECK(frame({}).rows == std::vector<std::string>{"\x1b[K"});
}

TEST_CASE("Frame: a full row is not cleared at its end, where the last cell would be lost") {
    CHECK(frame({{"abc"}}, 3).rows == std::vector<std::string>{"abc"});
}

TEST_CASE("Frame: after a glyph of uncertain width the cursor is placed where the next one belongs") {
    CHECK_THAT(frame({{"👍🏽x"}}).rows[0], ContainsSubstring("👍🏽\x1b[5Gx"));
    CHECK_THAT(frame({{"日x"}}).rows[0], ContainsSubstring("日x"));
    // Written from right to left, and with marks: whatever a terminal makes of it, what follows is in its place.
    CHECK_THAT(frame({{"שx"}}).rows[0], ContainsSubstring("ש\x1b[2Gx"));
    CHECK_THAT(frame({{"مَx"}}).rows[0], ContainsSubstring("مَ\x1b[2Gx"));
}

TEST_CASE("Painter: only rows that differ are sent, and nothing when none does") {
    Frame first{.rows = {"one", "two"}, .cursor = {}};
    Painter painter;
    CHECK_THAT(painter.paint(first),
               ContainsSubstring("\x1b[2J") && ContainsSubstring("one") && ContainsSubstring("two"));
    CHECK(painter.paint(first).empty());

    first.rows[1] = "2";
    const std::string changed = painter.paint(first);
    CHECK_THAT(changed, ContainsSubstring("\x1b[2;1H2"));
    CHECK_THAT(changed, !ContainsSubstring("one") && !ContainsSubstring("\x1b[2J"));

    painter.forget();
    CHECK_THAT(painter.paint(first), ContainsSubstring("one"));
}

TEST_CASE("Painter: a moved cursor is all that is sent for it") {
    Painter painter;
    (void)painter.paint({.rows = {"one"}, .cursor = {}});
    const std::string moved = painter.paint({.rows = {"one"}, .cursor = {.x = 2, .y = 0}});
    CHECK_THAT(moved, ContainsSubstring("\x1b[1;3H") && !ContainsSubstring("one"));
}
