#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/view/message_pane.h>

#include "view_scene.h"

using namespace natscreds::chat;

namespace {

constexpr int height = 5;

/// A room with lines "line 1", "line 2", ... each a row high, except those that are made longer.
struct Pane {
    Room room{{.channel = "NATS"}, "#NATS"};
    Reading reading;

    explicit Pane(int lines) {
        for (int i = 1; i <= lines; ++i)
            add("line " + std::to_string(i));
    }
    void add(const std::string& text) {
        const natscreds::support::FakeClock clock;
        room.append({.at = clock.now(), .kind = LineKind::notice, .text = text}, Room::Watched::yes);
    }
    [[nodiscard]] LineLayout layout(int width = 30) const { return {.width = width, .local_time = utc}; }
    [[nodiscard]] RoomRows rows(int width = 30) const { return {room, layout(width)}; }
    void move(int by) { reading.move(by, rows(), height); }

    [[nodiscard]] std::vector<std::string> visible(int width = 30) const {
        std::vector<std::string> texts;
        for (const Row& row : visible_rows({room, reading, layout(width), height}))
            texts.push_back(row.back().text);
        return texts;
    }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("Reading: one begins at the end, and new lines appear there") {
    Pane pane(6);
    CHECK(pane.visible() == Texts{"line 2", "line 3", "line 4", "line 5", "line 6"});
    pane.add("new");
    CHECK(pane.visible().back() == "new");
    CHECK(pane.reading.at_end());
}

TEST_CASE("Reading: further up nothing moves, whatever comes, and what came is counted") {
    Pane pane(10);
    pane.move(-3);
    const Texts before = pane.visible();
    CHECK(before.back() == "line 7");
    for (int i = 0; i < 20; ++i)
        pane.add("new");
    CHECK(pane.visible() == before);
    CHECK(pane.reading.new_below(pane.room) == 20);
    pane.reading.to_newest();
    CHECK(pane.visible().back() == "new");
    CHECK(pane.reading.new_below(pane.room) == 0);
}

TEST_CASE("Reading: above the oldest and below the newest there is nothing") {
    Pane pane(10);
    pane.move(-1000);
    CHECK(pane.visible()[1] == "line 1");
    CHECK(pane.visible().size() == height);
    pane.move(1000);
    CHECK(pane.reading.at_end());
    pane.reading.to_oldest(pane.rows(), height);
    CHECK(pane.visible()[1] == "line 1");
}

TEST_CASE("Reading: where everything fits there is nowhere to go") {
    Pane pane(2);
    pane.move(-5);
    CHECK(pane.reading.at_end());
    CHECK(Pane(0).visible().empty());
    Pane empty(0);
    empty.move(-5);
    empty.reading.show(1, empty.rows(), height);
    CHECK(empty.reading.at_end());
}

TEST_CASE("Reading: up and down again by as much is where one was, also inside a long line") {
    Pane pane(3);
    pane.add(
        "a line that is so long that it takes a lot more rows than the screen has, with words and words "
        "and words and words and words and words and words");
    for (int i = 0; i < 3; ++i)
        pane.add("after");
    for (int by = 1; by < 8; ++by) {
        CAPTURE(by);
        pane.reading.to_newest();
        pane.move(-2);
        const Texts before = pane.visible();
        pane.move(-by);
        CHECK(pane.visible() != before);
        pane.move(by);
        CHECK(pane.visible() == before);
    }
}

TEST_CASE("Reading: on another width the same line stays the lowest") {
    Pane pane(20);
    pane.add("a line that is long enough to be wrapped when it is narrow");
    for (int i = 0; i < 10; ++i)
        pane.add("after");
    pane.move(-14);
    CHECK(pane.visible().back() == "line 19");
    CHECK(pane.visible(12).back() == "19");
    CHECK(pane.visible(60).back() == "line 19");
}

TEST_CASE("Reading: lines that the room has forgotten leave one at the oldest") {
    Pane pane(100);
    pane.move(-90);
    for (std::size_t i = 0; i < Room::max_lines; ++i)
        pane.add("new");
    CHECK(pane.visible().back() == "new");
    CHECK(pane.reading.new_below(pane.room) == Room::max_lines);
}

TEST_CASE("Reading: a line to show stands about in the middle") {
    Pane pane(100);
    const auto show = [&](std::size_t line) {
        pane.reading.show(pane.room.lines().at(line - 1).number, pane.rows(), height);
    };
    show(50);
    CHECK(pane.visible() == Texts{"line 48", "line 49", "line 50", "line 51", "line 52"});
    show(100);
    CHECK(pane.visible().back() == "line 100");
    show(1);
    CHECK(pane.visible()[1] == "line 1");
}
