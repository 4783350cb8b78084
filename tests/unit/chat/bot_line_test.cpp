#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/chat-client/model/bot_line.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::chat;
using Json = nlohmann::json;

namespace {

const nkeys::PublicKey& bots_friend() {
    static const nkeys::PublicKey key = support::key_of(nkeys::Kind::user, 2).public_key();
    return key;
}

std::string refusal_of(const std::string& line) {
    const base::Result<BotRequest> request = parse_bot_request(line);
    return request ? "taken" : request.error().detail;
}

}  // namespace

TEST_CASE("Bot line: what is asked for is read") {
    const auto say = parse_bot_request(R"({"v":1,"do":"say","channel":"NATS","text":"hello","tag":"7"})");
    REQUIRE(say);
    CHECK(say->channel == "NATS");
    CHECK(say->text == "hello");
    CHECK(say->tag == "7");
    CHECK(say->note.saying == Saying::words);

    const auto react = parse_bot_request(Json{
        {"do", "react"},
        {"to", "derek"},
        {"sign", "👍"},
        {"id", "x"},
        {"key", bots_friend().text()},
        {"undo", true}}.dump());
    REQUIRE(react);
    CHECK(react->person == "derek");
    CHECK(react->text == "👍");
    CHECK(react->note.about == MessageRef{bots_friend(), "x"});
    CHECK(react->note.withdrawn);

    const auto edit = parse_bot_request(R"({"do":"edit","channel":"NATS","id":"mine.1","text":"better"})");
    REQUIRE(edit);
    CHECK(edit->own_id == "mine.1");
    CHECK(edit->note.saying == Saying::edit);
}

TEST_CASE("Bot line: what cannot be read says why") {
    CHECK(refusal_of("hello") == "expected a JSON object on one line");
    CHECK(refusal_of("[]") == "expected a JSON object on one line");
    CHECK(refusal_of("{}").starts_with("do: expected one of say, act, reply, edit"));
    CHECK(refusal_of(R"({"v":2,"do":"say"})") == "v: this program speaks version 1");
    CHECK(refusal_of(R"({"do":"say","chanel":"NATS"})") == "there is no field \"chanel\"");
    CHECK(refusal_of(R"({"do":"say","text":"x"})") == R"(expected one of "channel" and "to")");
    CHECK(refusal_of(R"({"do":"say","text":"x","channel":"a b"})") ==
          R"(channel: "a b" is no channel's name)");
    CHECK(refusal_of(R"({"do":"say","text":1,"channel":"NATS"})") == "text: expected a string");
    CHECK(refusal_of(R"({"do":"edit","text":"x","channel":"NATS"})") == "id: which message?");
    CHECK(refusal_of(R"({"do":"reply","text":"x","channel":"NATS","id":"1","key":"U"})") ==
          R"(key: expected the key of a user, "U...")");
    CHECK(refusal_of(R"({"do":"react","undo":"yes"})") == "undo: expected true or false");
    CHECK(refusal_of(R"({"do":"command","text":"hello"})") ==
          R"(text: expected a command, such as "/join NATS")");
}

TEST_CASE("Bot line: news tells who, where, what and about what") {
    Line line{.at = base::Time(std::chrono::seconds(1'700'000'000)), .text = "two\nlines"};
    line.author = {.name = "derek", .verified_as = {}, .standing = Standing::verified};
    line.ref = MessageRef{bots_friend(), "5"};
    line.reply_to = MessageRef{bots_friend(), "4"};
    News news{.place = {.channel = "NATS"}, .title = "#NATS", .line = line};
    const std::string said = news_line(news);
    CHECK(said.find('\n') == std::string::npos);
    CHECK(Json::parse(said) ==
          Json{{"v", 1},
               {"event", "message"},
               {"channel", "NATS"},
               {"at", 1'700'000'000},
               {"id", "5"},
               {"text", "two\nlines"},
               {"about", {{"key", bots_friend().text()}, {"id", "4"}}},
               {"from", {{"name", "derek"}, {"verified", true}, {"key", bots_friend().text()}}}});
    news.line.author.pinning = Pinning::changed;
    CHECK(Json::parse(news_line(news)).at("from").at("verified") == false);
    news.kind = NewsKind::reacted;
    news.text = "👍";
    news.by = {.name = "ivan"};
    const Json reaction = Json::parse(news_line(news));
    CHECK(reaction.at("event") == "reaction");
    CHECK(reaction.at("sign") == "👍");
    CHECK(reaction.at("about").at("id") == "5");
    CHECK(reaction.at("from").at("name") == "ivan");
}

TEST_CASE("Bot line: an answer has the tag, and the id or the error") {
    CHECK(Json::parse(answer_line({.tag = "7", .id = "x.1"})) ==
          Json{{"v", 1}, {"event", "answer"}, {"ok", true}, {"tag", "7"}, {"id", "x.1"}});
    CHECK(Json::parse(answer_line({.tag = "", .error = "why"})) ==
          Json{{"v", 1}, {"event", "answer"}, {"ok", false}, {"error", "why"}});
}
