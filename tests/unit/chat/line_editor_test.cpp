#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/graphemes.h>
#include <natscreds/chat-client/model/line_editor.h>

using namespace natscreds::chat;

namespace {

const std::string e_acute = "e\xCC\x81";          // e with a combining acute
const std::string family = "👩‍👩‍👧";  // joined with U+200D
const std::string flag = "🇩🇪";                    // two regional letters
const std::string heart = "❤️";               // with a variation selector
const std::string waving = "👋🏽";            // with a skin tone

/// The line with '|' for the cursor.
std::string seen(const LineEditor& editor) {
    return std::string(editor.text()).insert(editor.cursor(), "|");
}

LineEditor with(const std::string& text) {
    LineEditor editor;
    REQUIRE(editor.insert(text));
    return editor;
}

std::string after(const std::string& text, std::initializer_list<Edit> edits) {
    LineEditor editor = with(text);
    for (const Edit edit : edits)
        editor.apply(edit);
    return seen(editor);
}

}  // namespace

TEST_CASE("Graphemes: marks, joined emoji, flags and variants stay in one piece") {
    const std::vector<std::string_view> expected{e_acute, family, flag, flag, heart, waving, "\n", "한"};
    CHECK(graphemes(e_acute + family + flag + flag + heart + waving + "\n한") == expected);
    CHECK(graphemes("\xff\xfe").size() == 2);
    CHECK(graphemes("").empty());
}

TEST_CASE("LineEditor: a grapheme moves and is erased whole") {
    for (const std::string& one : {e_acute, family, flag, heart, waving, std::string("漢")}) {
        INFO(one);
        CHECK(after("a" + one + "b", {Edit::left, Edit::left}) == "a|" + one + "b");
        CHECK(after("a" + one, {Edit::home, Edit::right, Edit::right}) == "a" + one + "|");
        CHECK(after("a" + one, {Edit::erase_left}) == "a|");
        CHECK(after(one + "b", {Edit::home, Edit::erase_right}) == "|b");
    }
}

TEST_CASE("LineEditor: the cursor is never left inside what has grown together") {
    CHECK(after("ex\xCC\x81", {Edit::home, Edit::right}) == "e|x\xCC\x81");
    LineEditor editor = with("\xCC\x81");
    editor.apply(Edit::home);
    REQUIRE(editor.insert("e"));
    CHECK(seen(editor) == e_acute + "|");
}

TEST_CASE("LineEditor: words and ends are where readline has them") {
    const std::string line = "go to foo-bar, now";
    CHECK(after(line, {Edit::word_left, Edit::word_left}) == "go to foo-|bar, now");
    CHECK(after(line, {Edit::home, Edit::word_right}) == "go| to foo-bar, now");
    CHECK(after(line, {Edit::home, Edit::end}) == line + "|");
    CHECK(after(line, {Edit::erase_word_left}) == "go to foo-bar, |");
    CHECK(after(line, {Edit::word_left, Edit::erase_word_left}) == "go to |now");
    CHECK(after(line, {Edit::home, Edit::erase_word_right}) == "| to foo-bar, now");
    CHECK(after(line, {Edit::word_left, Edit::erase_to_start}) == "|now");
    CHECK(after(line, {Edit::word_left, Edit::erase_to_end}) == "go to foo-bar, |");
    CHECK(after("grüße dich", {Edit::word_left, Edit::word_left}) == "|grüße dich");
}

TEST_CASE("LineEditor: at an end of the line nothing happens") {
    CHECK(after("ab", {Edit::right, Edit::word_right, Edit::erase_right}) == "ab|");
    CHECK(after("ab", {Edit::home, Edit::left, Edit::word_left, Edit::erase_left}) == "|ab");
    CHECK(after("", {Edit::erase_word_left, Edit::transpose, Edit::yank, Edit::older, Edit::newer}) == "|");
}

TEST_CASE("LineEditor: what was cut in one go comes back in one piece, also elsewhere") {
    CHECK(after("one two three", {Edit::erase_word_left, Edit::erase_word_left, Edit::home, Edit::yank}) ==
          "two three|one ");
    CHECK(after("one two", {Edit::erase_word_left, Edit::left, Edit::erase_to_end, Edit::yank, Edit::yank}) ==
          "one  |");
}

TEST_CASE("LineEditor: two letters change places") {
    CHECK(after("teh", {Edit::transpose}) == "the|");
    CHECK(after("teh", {Edit::left, Edit::transpose}) == "the|");
    CHECK(after("abc", {Edit::home, Edit::right, Edit::transpose}) == "ba|c");
    CHECK(after("a", {Edit::transpose}) == "a|");
    CHECK(after("a" + flag, {Edit::transpose}) == flag + "a|");
}

TEST_CASE("LineEditor: what was submitted is recalled, and the draft is kept") {
    LineEditor editor;
    for (const std::string line : {"first", "second", "second"}) {
        REQUIRE(editor.insert(line));
        CHECK(editor.submit() == line);
    }
    CHECK(seen(editor) == "|");
    REQUIRE(editor.insert("draft"));
    editor.apply(Edit::older);
    CHECK(seen(editor) == "second|");
    editor.apply(Edit::older);
    editor.apply(Edit::older);
    CHECK(seen(editor) == "first|");
    editor.apply(Edit::newer);
    editor.apply(Edit::newer);
    CHECK(seen(editor) == "draft|");
    editor.apply(Edit::newer);
    CHECK(seen(editor) == "draft|");
}

TEST_CASE("LineEditor: an empty line is not remembered, and the oldest is forgotten") {
    LineEditor editor;
    for (std::size_t i = 0; i <= LineEditor::max_remembered; ++i) {
        REQUIRE(editor.insert(std::to_string(i)));
        (void)editor.submit();
    }
    (void)editor.submit();
    for (std::size_t i = 0; i < LineEditor::max_remembered + 5; ++i)
        editor.apply(Edit::older);
    CHECK(editor.text() == "1");
}

TEST_CASE("LineEditor: what would be too long is not inserted at all") {
    LineEditor editor = with(std::string(LineEditor::max_bytes - 1, 'x'));
    CHECK_FALSE(editor.insert("yz"));
    CHECK(editor.text().size() == LineEditor::max_bytes - 1);
    CHECK(editor.insert("y"));
    CHECK_FALSE(editor.insert("z"));
    CHECK_FALSE(LineEditor().insert(std::string(LineEditor::max_bytes / 2, '\x01')));
}

TEST_CASE("LineEditor: what is pasted keeps its lines and loses what acts on a terminal") {
    CHECK(seen(with("one\r\ntwo\rthree\nfour")) == "one\ntwo\nthree\nfour|");
    CHECK(seen(with("\x1b[2J\xff")) == "␛[2J\xEF\xBF\xBD|");
}

TEST_CASE("LineEditor: a completion is gone through in both directions, and ends at what was typed") {
    const Completer people = [](std::string_view before) {
        CHECK(before == "hi de");
        return std::vector<std::string>{"derek ", "denise "};
    };
    LineEditor editor = with("hi de now");
    for (int i = 0; i < 4; ++i)
        editor.apply(Edit::left);
    using enum LineEditor::Direction;
    std::vector<std::string> screens;
    for (const auto direction : {next, next, next, next, previous, previous}) {
        editor.complete(people, direction);
        screens.push_back(seen(editor));
    }
    CHECK(screens == std::vector<std::string>{"hi derek | now", "hi denise | now", "hi de| now",
                                              "hi derek | now", "hi de| now", "hi denise | now"});
}

TEST_CASE("LineEditor: after a single completion the next one begins anew, and after none nothing changes") {
    std::vector<std::string> asked;
    const Completer completer = [&](std::string_view before) {
        asked.emplace_back(before);
        return asked.size() == 1 ? std::vector<std::string>{"/join "} : std::vector<std::string>{};
    };
    LineEditor editor = with("/j");
    editor.complete(completer, LineEditor::Direction::next);
    editor.complete(completer, LineEditor::Direction::next);
    CHECK(seen(editor) == "/join |");
    CHECK(asked == std::vector<std::string>{"/j", "/join "});
}
