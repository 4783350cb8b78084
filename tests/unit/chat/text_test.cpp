#include <catch2/catch_test_macros.hpp>

#include <natscreds/chat-client/model/command.h>
#include <natscreds/chat-client/model/text.h>

using namespace natscreds::chat;

TEST_CASE("Text: what would act on a terminal does not") {
    CHECK(harmless("\x1b]0;title\x07") == "␛]0;title␇");
    CHECK(harmless("a\tb\r\nc\x7f") == "a    b␍\nc␡");
    CHECK(harmless("\xc2\x9b"
                   "31m") ==
          "\xEF\xBF\xBD"
          "31m");
    CHECK(harmless("abc\u202edef\u2066") == "abcdef");
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
    CHECK(parse_command("/jion NATS").error().detail == "/jion is no command: /help lists them");
    CHECK(parse_command("/join").error().detail == "type /join CHANNEL");
    CHECK(parse_command("/join a.b").error().detail == "type /join CHANNEL");
    CHECK_FALSE(parse_command("/"));
}
