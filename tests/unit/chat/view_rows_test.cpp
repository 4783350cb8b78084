#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/view/glyphs.h>
#include <natscreds/chat-client/view/rows.h>

#include "view_scene.h"

using namespace natscreds::chat;

TEST_CASE("Glyphs: CJK takes two cells, marks none, joined emoji as much as any terminal gives them") {
    CHECK(cells_of("abc") == 3);
    CHECK(cells_of("日本語") == 6);
    CHECK(cells_of("e\u0301") == 1);
    CHECK(cells_of("한글") == 4);
    CHECK(cells_of("👨‍👩‍👧") == 6);
    CHECK(cells_of("👍🏽") == 4);
    CHECK(cells_of("❤️") == 2);
    CHECK(cells_of("🇩🇪") == 2);
}

TEST_CASE("Glyphs: what belongs together by Unicode is one, also where it is no mark of width none") {
    // Syllables with their vowels, conjoining Hangul, a chain of joined emoji, two flags.
    CHECK(glyphs_of("नि").size() == 1);
    CHECK(glyphs_of("กำ").size() == 1);
    CHECK(glyphs_of("\u1100\u1161\u11a8").size() == 1);
    CHECK(glyphs_of("👩‍❤️‍💋‍👨").size() == 1);
    CHECK(glyphs_of("🇩🇪🇵🇹").size() == 2);
    CHECK(glyphs_of("a\u200db").size() == 2);
    CHECK(glyphs_of("\ne\u0301").size() == 2);
}

TEST_CASE("Glyphs: what Unicode has not assigned, or only since lately, gets room and is not certain") {
    CHECK(cells_of("\U0001FAE8") == 2);
    CHECK(cells_of("\u0378") == 2);
    CHECK_FALSE(glyphs_of("\u0378").front().certain);
}

TEST_CASE("Glyphs: where terminals differ is known") {
    CHECK(glyphs_of("日").front().certain);
    CHECK(glyphs_of("e\u0301").front().certain);
    CHECK_FALSE(glyphs_of("👨‍👩‍👧").front().certain);
    CHECK_FALSE(glyphs_of("❤️").front().certain);
}

TEST_CASE("Rows: what is longer than its box is cut, and no wide character in two") {
    const Palette palette = standard_palette();
    CHECK(text_of(rows({{{"abc"}, {"def"}}}, palette), {.width = 5, .height = 1}) == "abcde\n");
    CHECK(text_of(rows({{{"日本語"}}}, palette), {.width = 5, .height = 1}) == "日本\n");
    CHECK(text_of(rows({{{"1"}}, {{"2"}}, {{"3"}}}, palette), {.width = 5, .height = 2}) == "1\n2\n");
}

TEST_CASE("Rows: each piece has its own look, and NO_COLOR leaves none of the colours") {
    ftxui::Screen screen(4, 1);
    const Row row{{"a", Ink::verified}, {"b", Ink::alarm}};
    ftxui::Render(screen, rows({row}, standard_palette()));
    CHECK(screen.PixelAt(0, 0).foreground_color == ftxui::Color(ftxui::Color::Green));
    CHECK(screen.PixelAt(1, 0).foreground_color == ftxui::Color(ftxui::Color::Red));
    CHECK(screen.PixelAt(1, 0).bold);

    ftxui::Screen plain(4, 1);
    ftxui::Render(plain, rows({row}, without_colours(standard_palette())));
    CHECK(plain.PixelAt(1, 0).foreground_color == ftxui::Color());
    CHECK(plain.PixelAt(1, 0).bold);
}

TEST_CASE("Palette: no ink has a background, and what asks for a look has one without colours") {
    const Palette plain = without_colours(standard_palette());
    for (const Ink ink :
         {Ink::alarm, Ink::mention, Ink::mention_count, Ink::selected, Ink::warning, Ink::found}) {
        const Look& look = plain[ink];
        CHECK((look.bold || look.inverted));
    }
}

TEST_CASE("Palette: the settings' colours take the place of the standard ones") {
    Settings settings;
    REQUIRE(settings.set("colors.mention", "red"));
    REQUIRE(settings.set("colors.verified", "default"));
    const Palette palette = palette_of(settings);
    CHECK(palette[Ink::mention].colour == Colour::red);
    CHECK_FALSE(palette[Ink::verified].colour.has_value());
}
