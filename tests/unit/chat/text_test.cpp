#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/command.h>
#include <natscreds/chat-client/model/text.h>

using namespace natscreds::chat;

TEST_CASE("Text: what would act on a terminal does not") {
    CHECK(harmless("\x1b]0;title\x07") == "␛]0;title␇");
    CHECK(harmless("a\tb\nc\x7f") == "a    b\nc␡");
    CHECK(harmless("\xc2\x9b"
                   "31m") ==
          "\xEF\xBF\xBD"
          "31m");
    CHECK(harmless("abc\u202edef\u2066") == "abcdef");
}

TEST_CASE("Text: CRLF is a newline; a carriage return that moves the cursor back is a picture") {
    CHECK(harmless("one\r\ntwo\r\n") == "one\ntwo\n");
    CHECK(harmless("over\rwritten\r") == "over␍written␍");
    CHECK(harmless("\r\r\n") == "␍\n");
}

TEST_CASE("Text: bytes that are no UTF-8 become replacement characters, the rest stays") {
    CHECK(harmless("a\xff"
                   "b") ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(harmless("\xc0\xaf") == "\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(harmless("\xed\xa0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    CHECK(harmless("日本 👩‍💻 é") == "日本 👩‍💻 é");
}

TEST_CASE("Text: a name cannot look like anything but a name") {
    CHECK(harmless_name("wallyqs") == "wallyqs");
    CHECK(harmless_name("wallyqs?: hi\n#") == "wallyqs___hi__");
    CHECK(harmless_name("") == "_");
    CHECK(harmless_name(std::string(70, 'a')).size() == 63);
    CHECK(harmless_name("日本") == "__");
}

TEST_CASE("Text: what is too long is split at lines, then at spaces, and at last inside a word") {
    using Parts = std::vector<std::string_view>;
    CHECK(parts_of("one\ntwo\nthree", 8) == Parts{"one\ntwo", "three"});
    CHECK(parts_of("one\ntwo", 7) == Parts{"one\ntwo"});
    CHECK(parts_of("one\ntwo", 6) == Parts{"one", "two"});
    CHECK(parts_of("a b c d", 4) == Parts{"a b", "c d"});
    CHECK(parts_of("abcdefgh", 5) == Parts{"abcde", "fgh"});
    CHECK(parts_of("ééé", 5) == Parts{"éé", "é"});
    CHECK(parts_of("one\n\n\n\n\n\ntwo", 4) == Parts{"one", "two"});
    CHECK(parts_of("\n \n", 4).empty());
    CHECK(parts_of("", 4).empty());
}

TEST_CASE("Text: a mention is a whole word in upper or lower case") {
    CHECK(mentions("hi @Derek!", "derek"));
    CHECK(mentions("derek", "derek"));
    CHECK_FALSE(mentions("dereks", "derek"));
    CHECK_FALSE(mentions("aderek", "derek"));
    CHECK(mentions("aderek derek", "derek"));
    CHECK_FALSE(mentions("anything", ""));
}

TEST_CASE("Command: lines are read as what they ask for") {
    CHECK(std::get<Say>(parse_command("hello /join").value()).text == "hello /join");
    CHECK(std::get<Say>(parse_command("//etc").value()).text == "/etc");
    CHECK(std::get<Say>(parse_command("/bin\n/usr").value()).text == "/bin\n/usr");
    CHECK(std::get<Join>(parse_command("/join #NATS").value()).channel == "NATS");
    const auto direct = std::get<Direct>(parse_command("/msg @derek  two words ").value());
    CHECK(direct.name == "derek");
    CHECK(direct.text == "two words");
    CHECK(std::get<Search>(parse_command("/search two words").value()).words == "two words");
}

TEST_CASE("Command: one that makes no sense says what to type") {
    CHECK(parse_command("/jion NATS").error().detail == "/jion is not a command: /help lists them");
    CHECK(parse_command("/join").error().detail == "type /join CHANNEL");
    CHECK(parse_command("/join a.b").error().detail == "type /join CHANNEL");
    CHECK_FALSE(parse_command("/"));
}
