// Integers that somebody else writes, at the limits of 64 bits. Whatever is computed with those that are believed may
// not overflow: UBSan looks on in the asan tier.
#include <limits>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/renewal.h>
#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/base/base64url.h>
#include <natscreds/base/time_at.h>
#include <natscreds/chat-client/model/chat.h>
#include <natscreds/jwt/token.h>
#include <support/fakes.h>

using namespace natscreds;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

nkeys::SigningKey key() {
    support::FixedRandom random(1);
    return nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
}

/// A payload as it stands, signed: as version 2 the header too, as version 1 the payload alone.
std::string signed_text(const std::string& payload, int version) {
    const auto encoded = [](std::string_view text) { return base::base64url_encode(base::as_bytes(text)); };
    const std::string head =
        encoded(version == 1 ? R"({"typ":"jwt","alg":"ed25519"})" : R"({"typ":"JWT","alg":"ed25519-nkey"})") +
        ".";
    const std::string text = encoded(payload);
    return head + text + "." +
           base::base64url_encode(key().sign(base::as_bytes(version == 1 ? text : head + text)));
}

/// What a user may send: a time field as given, and the rest as it should be.
std::string payload(const std::string& field, const std::string& number, const std::string& nats) {
    const std::string id = key().public_key().text();
    const std::string issued = field == "iat" ? "" : R"("iat":1700000000,)";
    return R"({")" + field + R"(":)" + number + "," + issued + R"("iss":")" + id + R"(","sub":")" + id +
           R"(","aud":"chat.req.access","name":"wallyqs","nats":)" + nats + "}";
}

bool asks(const std::string& text) {
    const auto request = access::parse_request(text, {.audience = "chat.req.access", .now = noon});
    return request && *request;
}

/// Whether any place of the chat takes it; what is taken is shown.
bool chats(const std::string& text) {
    static const chat::ChatSubjects subjects = chat::ChatSubjects::create("KUBECON").value();
    chat::Chat room({.self = nkeys::PublicKey::create(nkeys::Kind::user, {}), .name = "me"});
    bool taken = false;
    for (const std::string& place :
         {std::string("posts.General"), std::string("online"), "dms." + key().public_key().text()}) {
        const auto message = subjects.parse("chat.KUBECON." + place, text);
        if (message) room.hear(*message, noon);
        taken = taken || message.has_value();
    }
    return taken;
}

const char* limit() {
    return GENERATE("-9223372036854775808", "-9223372036854775807", "-1000000000000000000",
                    "1000000000000000000", "9223372036854775807", "9223372036854775808",
                    "18446744073709551615", "253402300800", "-62167219201");
}

}  // namespace

TEST_CASE("Integers from outside: a time at the limits is believed in no token, request or message") {
    const std::string field = GENERATE("iat", "exp", "nbf");
    const std::string request = R"({"type":"access_request","version":2})";
    const std::string post = R"({"msg":"hello","type":"chat-post","version":2})";
    REQUIRE(asks(signed_text(payload("iat", "1700000000", request), 2)));
    REQUIRE(jwt::decode<jwt::GenericClaims>(signed_text(payload("iat", "1700000000", request), 2)));
    const std::string number = limit();
    CAPTURE(field, number);
    CHECK_FALSE(asks(signed_text(payload(field, number, request), 2)));
    CHECK_FALSE(jwt::decode<jwt::GenericClaims>(signed_text(payload(field, number, request), 2)));
    CHECK_FALSE(access::parse_renewal(signed_text(payload(field, number, request), 2),
                                      {.audience = "chat.req.access", .now = noon}));
    CHECK_FALSE(chats(signed_text(payload(field, number, post), 2)));
}

TEST_CASE("Integers from outside: a message of version 1 is not from a time at the limits") {
    const auto text = [](const std::string& number) {
        std::string good = payload("iat", number, R"({"msg":"hello"})");
        good.insert(1, R"("type":"chat-post",)");
        const std::string id = key().public_key().text();
        return signed_text(good.replace(good.find(R"("sub":")" + id), 7 + id.size(), R"("sub":"General)"), 1);
    };
    REQUIRE(chats(text("1700000000")));
    CHECK_FALSE(chats(text(limit())));
}

TEST_CASE("Integers from outside: a life at the limits is not asked for") {
    const std::string number = limit();
    CAPTURE(number);
    CHECK_FALSE(asks(signed_text(
        payload("iat", "1700000000", R"({"type":"access_request","version":2,"ttl":)" + number + "}"), 2)));
}

TEST_CASE("Integers from outside: what a reply says of time is in the years that there are, or not there") {
    const std::string number = limit();
    const auto refused = access::parse_reply(R"({"error":{"code":)" + number +
                                             R"(,"reason":"busy","message":"","retry_after":)" + number +
                                             R"(,"now":)" + number + "}}");
    REQUIRE(refused);
    CHECK_FALSE(std::get<access::Refusal>(*refused).retry_after);
    const auto granted =
        access::parse_reply(R"({"jwt":"J","name":"wallyqs","role":"chat","subject":"U","account":"A",)"
                            R"("issuers":["A1"],"expires":)" +
                            number + R"(,"generation":)" + number + R"(,"renew_after":)" + number + "}");
    if (!granted) return;
    const access::Grant& grant = std::get<access::Grant>(*granted);
    CHECK(base::time_at(grant.expires.time_since_epoch().count()));
}
