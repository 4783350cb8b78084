#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/view/input_line.h>
#include <natscreds/chat-client/view/question.h>

#include "view_scene.h"

using namespace natscreds::chat;

namespace {

VisibleInput visible(std::string_view text, std::size_t cursor, int width) {
    return visible_input({.prompt = "", .text = text, .cursor = cursor}, width);
}

}  // namespace

TEST_CASE("Input line: what fits is shown whole, with the cursor where one writes") {
    CHECK(visible("hello", 5, 10).text == "hello");
    CHECK(visible("hello", 5, 10).cursor == 5);
    CHECK(visible("日本", 3, 10).cursor == 2);
}

TEST_CASE("Input line: what is too long is shown around the cursor") {
    CHECK(visible("0123456789", 10, 5).text == "6789");
    CHECK(visible("0123456789", 10, 5).cursor == 4);
    CHECK(visible("0123456789", 0, 5).text == "01234");
    CHECK(visible("日本語日本語", 18, 5).text == "本語");
    CHECK(visible("日本語日本語", 18, 5).cursor == 4);
}

TEST_CASE("Input line: a newline is a sign") {
    CHECK(visible("a\nb", 3, 10).text == "a⏎b");
    CHECK(visible("a\nb", 3, 10).cursor == 3);
}

TEST_CASE("Input line: the terminal's cursor stands behind the prompt and the text") {
    ftxui::Screen screen(20, 1);
    ftxui::Render(screen, input_line({.prompt = "> ", .text = "héllo", .cursor = 6}, 20, standard_palette()));
    CHECK(text_of(screen) == "> héllo\n");
    CHECK(screen.cursor().x == 7);
}

TEST_CASE("Paste warning: how many lines, what to press, and as many of them as there is room for") {
    const auto drawn = [](const std::string& pasted, int rows) {
        std::string text;
        for (const Row& row : paste_warning({.text = pasted}, rows))
            text += text_of(row) + "\n";
        return text;
    };
    CHECK(drawn("a\nb", 8) == " 2 lines pasted: Enter sends, Esc discards \n│ a\n│ b\n");
    CHECK(drawn("a\nb\nc\nd", 4) == " 4 lines pasted: Enter sends, Esc discards \n│ a\n│ b\n│ and 2 more\n");
    CHECK(drawn("a\nb\nc", 1) == " 3 lines pasted: Enter sends, Esc discards \n");
}
