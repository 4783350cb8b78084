#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/chat-client/model/message.h>
#include <support/fakes.h>
#include <support/test_data.h>

using namespace natscreds;
using chat::Errc;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

nkeys::SigningKey user_key(std::uint64_t start = 1) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
}

const chat::ChatSubjects& subjects() {
    static const chat::ChatSubjects made = chat::ChatSubjects::create("KUBECON").value();
    return made;
}

std::string post(const std::string& text, const std::string& channel = "General") {
    const nkeys::SigningKey key = user_key();
    const std::string name = "wallyqs";
    return chat::encode_post({.id = "1", .text = text}, channel, {.key = key, .name = name, .now = noon});
}

std::string with_body(const std::string& body, const std::string& subject = "General") {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = subject;
    draft.claims.body = body;
    return jwt::sign(draft, user_key(), noon)->text();
}

std::error_code refusal(const std::string& subject, const std::string& body) {
    const auto message = subjects().parse(subject, body);
    return message ? std::error_code() : message.error().code;
}

/// The tokens of a file of samples, in order.
std::vector<std::string> samples() {
    const std::string text = support::read_test_data("chat-samples.json");
    std::vector<std::string> found;
    for (std::size_t at = text.find("\"eyJ"); at != std::string::npos; at = text.find("\"eyJ", at + 1))
        found.push_back(text.substr(at + 1, text.find('"', at + 1) - at - 1));
    return found;
}

}  // namespace

TEST_CASE("Message: a reply, an edit, a deletion, a reaction and a topic are parsed as they were encoded") {
    const nkeys::SigningKey key = user_key();
    const std::string name = "wallyqs";
    const chat::Sender sender{.key = key, .name = name, .now = noon};
    const chat::MessageRef own{key.public_key(), "1"};
    const chat::MessageRef others{user_key(2).public_key(), "1"};
    for (const chat::Annotation& note :
         {chat::Annotation{.saying = chat::Saying::words, .about = others},
          chat::Annotation{.saying = chat::Saying::edit, .about = own, .revision = 2},
          chat::Annotation{.saying = chat::Saying::deletion, .about = own, .revision = 3},
          chat::Annotation{
              .saying = chat::Saying::reaction, .about = others, .revision = 4, .withdrawn = true},
          chat::Annotation{.saying = chat::Saying::topic, .revision = 5}}) {
        const std::string body = chat::encode_post({.id = "2", .text = "👍", .note = note}, "General", sender);
        const auto message = subjects().parse("chat.KUBECON.posts.General", body);
        REQUIRE(message);
        CHECK(message->note.saying == note.saying);
        CHECK(message->note.about == note.about);
        CHECK(message->note.revision == note.revision);
        CHECK(message->note.withdrawn == note.withdrawn);
        CHECK(message->id == "2");
        CHECK(refusal("chat.KUBECON.posts.NATS", body) == chat::Errc::wrong_place);
    }
    const std::string direct = chat::encode_direct(
        {.id = "2", .text = "x", .note = {.saying = chat::Saying::edit, .about = own, .revision = 2}},
        others.sender, sender);
    const auto message = subjects().parse("chat.KUBECON.dms." + others.sender.text(), direct);
    REQUIRE(message);
    CHECK(message->kind == chat::MessageKind::direct);
}

TEST_CASE("Message: what changes another one and does not say which, or in which order, is no message") {
    const std::string subject = "chat.KUBECON.posts.General";
    for (const char* body :
         {R"({"type":"chat-edit","id":"2","msg":"x","revision":1})",
          R"({"type":"chat-edit","id":"2","msg":"x","about":"1"})",
          R"({"type":"chat-edit","id":"2","msg":"x","about":"1","revision":-1})",
          R"({"type":"chat-edit","id":"2","about":"1","revision":1})",
          R"({"type":"chat-edit","id":"2","msg":"x","about":{"id":"1"},"revision":1})",
          R"({"type":"chat-delete","id":"2","about":"","revision":1})",
          R"({"type":"chat-reaction","id":"2","msg":"x","about":"1","revision":1})",
          R"({"type":"chat-reaction","id":"2","msg":"x","about":{"key":"U","id":"1"},"revision":1})"}) {
        INFO(body);
        CHECK(refusal(subject, with_body(body)) == chat::Errc::not_a_message);
    }
    const std::string long_topic(chat::max_topic_bytes + 1, 'x');
    CHECK(refusal(subject, with_body(R"({"type":"chat-topic","id":"2","revision":1,"msg":")" + long_topic +
                                     "\"}")) == chat::Errc::too_large);
}

TEST_CASE("Message: what is encoded as a post is what is parsed") {
    const auto message = subjects().parse("chat.KUBECON.posts.General", post("hello"));
    REQUIRE(message);
    CHECK(message->kind == chat::MessageKind::post);
    CHECK(message->sender == user_key().public_key());
    CHECK(message->channel == "General");
    CHECK(message->name == "wallyqs");
    CHECK(message->text == "hello");
    CHECK(message->id == "1");
}

TEST_CASE("Message: a post that comes to another channel than it was signed for is refused") {
    CHECK(refusal("chat.KUBECON.posts.NATS", post("hello")) == Errc::wrong_place);
    CHECK(refusal("chat.KUBECON.online", post("hello")) == Errc::wrong_place);
}

TEST_CASE("Message: a direct message for somebody else is refused") {
    const nkeys::SigningKey key = user_key();
    const std::string name = "wallyqs";
    const nkeys::PublicKey derek = user_key(2).public_key();
    const std::string body =
        chat::encode_direct({.id = "1", .text = "psst"}, derek, {.key = key, .name = name, .now = noon});
    CHECK(refusal(subjects().directs(derek), body).value() == 0);
    CHECK(refusal(subjects().directs(key.public_key()), body) == Errc::wrong_place);
}

TEST_CASE("Message: a changed one is refused as badly signed") {
    std::string body = post("hello");
    body[body.size() - 10] = body[body.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(refusal("chat.KUBECON.posts.General", body) == Errc::bad_signature);
}

TEST_CASE("Message: hostile ones are refused, each for its reason") {
    const std::string subject = "chat.KUBECON.posts.General";
    CHECK(refusal(subject, "") == Errc::not_a_message);
    CHECK(refusal(subject, "hello") == Errc::not_a_message);
    CHECK(refusal(subject, "a.b.c") == Errc::not_a_message);
    CHECK(refusal(subject, std::string(20'000, 'x')) == Errc::too_large);
    CHECK(refusal(subject, with_body(R"({"type":"chat-post","msg":7})")) == Errc::not_a_message);
    CHECK(refusal(subject, with_body(R"({"type":"chat-post"})")) == Errc::not_a_message);
    CHECK(refusal(subject, with_body(R"({"type":["chat-post"],"msg":"x"})")) == Errc::not_a_message);
    CHECK(refusal(subject, with_body(R"({"type":"chat-post","msg":"x","id":{}})")) == Errc::not_a_message);
    CHECK(refusal(subject, post(std::string(4097, 'x'))) == Errc::too_large);
    CHECK(refusal(subject, post(std::string(4096, 'x'))).value() == 0);
}

TEST_CASE("Message: those of the tutorial's own client are read") {
    const std::vector<std::string> tokens = samples();
    REQUIRE(tokens.size() == 3);
    const auto presence = subjects().parse("chat.KUBECON.online", tokens[0]);
    REQUIRE(presence);
    CHECK(presence->name == "wallyqs");
    CHECK(presence->movement == chat::Movement::arrives);
    CHECK_FALSE(presence->user);
    const auto said = subjects().parse("chat.KUBECON.posts.KUBECON", tokens[2]);
    REQUIRE(said);
    CHECK(said->text == "hi & <ok> ünïcode 日本");
    CHECK_FALSE(said->id.empty());
}

TEST_CASE("Message: one that is signed as version 1 is read, and a changed one is not") {
    const nkeys::SigningKey key = user_key();
    const auto encoded = [](std::string_view text) { return base::base64url_encode(base::as_bytes(text)); };
    const std::string payload = encoded(
        R"({"iss":")" + key.public_key().text() +
        R"(","sub":"General","iat":1700000000,"name":"derek","type":"chat-post","nats":{"msg":"old"}})");
    const nkeys::Signature signature = key.sign(base::as_bytes(payload));
    const std::string head = encoded(R"({"typ":"jwt","alg":"ed25519"})") + ".";
    const std::string tail = "." + base::base64url_encode(signature);

    const auto message = subjects().parse("chat.KUBECON.posts.General", head + payload + tail);

    REQUIRE(message);
    CHECK(message->text == "old");
    CHECK(message->name == "derek");
    std::string changed = payload;
    changed[changed.size() - 8] ^= 1;
    CHECK(refusal("chat.KUBECON.posts.General", head + changed + tail).value() != 0);
}

TEST_CASE("Message: a presence says its movement, and shows the JWT of its sender only") {
    const nkeys::SigningKey key = user_key();
    support::FixedRandom random(9);
    const auto account = nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    const auto token_for = [&](const nkeys::PublicKey& subject) {
        jwt::Draft<jwt::UserClaims> user;
        user.subject = subject.text();
        user.name = "wallyqs";
        return jwt::sign(user, account, noon)->text();
    };
    const std::string name = "wallyqs";
    const chat::Sender sender{.key = key, .name = name, .now = noon};
    const auto own =
        subjects().parse("chat.KUBECON.online",
                         chat::encode_presence(chat::Movement::leaves, token_for(key.public_key()), sender));
    REQUIRE(own);
    CHECK(own->movement == chat::Movement::leaves);
    CHECK(own->expires == noon + std::chrono::seconds(60));
    REQUIRE(own->user);
    CHECK(own->user->content.name == "wallyqs");
    const auto borrowed = subjects().parse(
        "chat.KUBECON.online",
        chat::encode_presence(chat::Movement::stays, token_for(user_key(2).public_key()), sender));
    REQUIRE(borrowed);
    CHECK_FALSE(borrowed->user);
}
