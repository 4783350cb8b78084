#include <numeric>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/view/glyphs.h>
#include <natscreds/chat-client/view/wrap.h>

using namespace natscreds::chat;
using Pieces = std::vector<std::string_view>;

TEST_CASE("Wrap: a text breaks at spaces, which then belong to no row") {
    CHECK(wrap("one two  three", {.first = 7, .others = 7}) == Pieces{"one two", "three"});
    CHECK(wrap("one two three", {.first = 8, .others = 8}) == Pieces{"one two", "three"});
    CHECK(wrap("one two three", {.first = 6, .others = 9}) == Pieces{"one", "two three"});
    CHECK(wrap("", {.first = 6, .others = 9}) == Pieces{""});
}

TEST_CASE("Wrap: a newline ends a row, and an empty line is a row") {
    CHECK(wrap("a\n\nb\n", {.first = 9, .others = 9}) == Pieces{"a", "", "b", ""});
}

TEST_CASE("Wrap: a word is broken only where it is wider than a whole row") {
    CHECK(wrap("abcdefgh", {.first = 3, .others = 8}) == Pieces{"", "abcdefgh"});
    CHECK(wrap("abcdefgh", {.first = 3, .others = 3}) == Pieces{"abc", "def", "gh"});
    CHECK(wrap("x abcdefgh", {.first = 5, .others = 5}) == Pieces{"x", "abcde", "fgh"});
}

TEST_CASE("Wrap: a wide character that does not fit goes below, whole") {
    CHECK(wrap("日本語", {.first = 5, .others = 5}) == Pieces{"日本", "語"});
    CHECK(wrap("日本", {.first = 1, .others = 1}) == Pieces{"日", "本"});
}

TEST_CASE("Wrap: marks and joined emoji stay with what they belong to") {
    CHECK(wrap("e\u0301e\u0301e\u0301", {.first = 2, .others = 2}) == Pieces{"e\u0301e\u0301", "e\u0301"});
    CHECK(wrap("ab👨‍👩‍👧", {.first = 7, .others = 7}) == Pieces{"ab", "👨‍👩‍👧"});
}

TEST_CASE("Wrap: nothing but spaces and newlines gets lost, however narrow it is") {
    const std::string_view text = "Tous les êtres 人間 naissent 👍🏽 libres\net égaux en dignité";
    for (int width = 1; width < 30; ++width) {
        CAPTURE(width);
        std::string together;
        for (const std::string_view piece : wrap(text, {.first = width, .others = width})) {
            together += piece;
            CHECK((cells_of(piece) <= width || glyphs_of(piece).size() == 1));
        }
        std::string expected(text);
        const auto blank = [](char c) { return c == ' ' || c == '\n'; };
        std::erase_if(expected, blank);
        std::erase_if(together, blank);
        CHECK(together == expected);
    }
}
