#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/request.h>
#include <natscreds/base/base64url.h>
#include <natscreds/jwt/token.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
constexpr std::string_view audience = "chat.req.access";

using support::key_of;

std::string request_for(const access::AccessOptions& options) {
    support::FixedRandom random(7);
    return access::encode_request(options, key_of(nkeys::Kind::user), {.audience = audience, .now = noon},
                                  random);
}

/// A signed token with any body, otherwise a good request.
std::string token_with(const std::string& body, nkeys::Kind kind = nkeys::Kind::user) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = key_of(kind).public_key().text();
    draft.name = "wallyqs";
    draft.audience = audience;
    draft.claims.body = body;
    return jwt::sign(draft, key_of(kind), noon)->text();
}

std::error_code parsed(const std::string& body, base::Time now = noon) {
    const auto request = access::parse_request(body, {.audience = audience, .now = now});
    REQUIRE(request);
    return *request ? std::error_code() : request->error().code;
}

}  // namespace

TEST_CASE("Access request: what is encoded is what is parsed") {
    const auto request = access::parse_request(request_for({.name = "wallyqs", .role = "chat", .ttl = 60s}),
                                               {.audience = audience, .now = noon});
    REQUIRE(request);
    REQUIRE(*request);
    CHECK((*request)->key == key_of(nkeys::Kind::user).public_key());
    CHECK((*request)->options.name == "wallyqs");
    CHECK((*request)->options.role == "chat");
    CHECK((*request)->options.ttl == 60s);
    CHECK((*request)->issued_at == noon);
}

TEST_CASE("Access request: its body is the protocol's, field by field") {
    const std::string text = request_for({.name = "wallyqs", .role = "", .ttl = {}});
    const auto token = jwt::decode<jwt::GenericClaims>(text);
    REQUIRE(token);
    CHECK(token->content.subject == token->issuer.text());
    CHECK(token->content.audience == "chat.req.access");
    CHECK(token->content.name == "wallyqs");
    const std::string& body = token->claims().body;
    CHECK(body.starts_with(R"({"nonce":")"));
    CHECK(body.ends_with(R"(","type":"access_request","version":2})"));
    CHECK(body.size() ==
          std::string(R"({"nonce":"0123456789012345678901","type":"access_request","version":2})").size());
}

TEST_CASE("Access request: two requests in the same second have different nonces") {
    support::FixedRandom random(7);
    const auto key = key_of(nkeys::Kind::user);
    const access::RequestOrigin origin{.audience = audience, .now = noon};
    const access::AccessOptions options{.name = "wallyqs", .role = {}, .ttl = {}};
    CHECK(access::encode_request(options, key, origin, random) !=
          access::encode_request(options, key, origin, random));
}

TEST_CASE("Access request: a body that is no token is in the plain form") {
    const std::string body =
        GENERATE("wallyqs", "", "a.b", "a.b.c", "...", "a..b", "wally qs. is. here", "{}");
    CHECK_FALSE(access::parse_request(body, {.audience = audience, .now = noon}));
}

TEST_CASE("Access request: a token that is not a request is malformed") {
    CHECK(parsed(token_with(R"({"type":"renew_request","version":2})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":7,"version":2})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"version":2})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":"access_request","version":2,"role":7})")) == Reason::malformed);
}

TEST_CASE("Access request: only a user key may ask, and only for itself") {
    const std::string body = R"({"type":"access_request","version":2})";
    CHECK(parsed(token_with(body)) == std::error_code());
    CHECK(parsed(token_with(body, nkeys::Kind::account)) == Reason::malformed);
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = key_of(nkeys::Kind::user, 2).public_key().text();
    draft.audience = audience;
    draft.claims.body = body;
    CHECK(parsed(jwt::sign(draft, key_of(nkeys::Kind::user), noon)->text()) == Reason::malformed);
}

TEST_CASE("Access request: one for another subject is refused") {
    const auto request = access::parse_request(request_for({.name = "wallyqs", .role = {}, .ttl = {}}),
                                               {.audience = "other.req.access", .now = noon});
    REQUIRE(request);
    CHECK(request->error().code == Reason::bad_audience);
}

TEST_CASE("Access request: one with a changed signature is refused as that") {
    std::string body = request_for({.name = "wallyqs", .role = {}, .ttl = {}});
    body[body.size() - 10] = body[body.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(parsed(body) == Reason::bad_signature);
}

TEST_CASE("Access request: thirty seconds off are let in, thirty-one are stale") {
    const std::string body = request_for({.name = "wallyqs", .role = {}, .ttl = {}});
    CHECK(parsed(body, noon + 30s) == std::error_code());
    CHECK(parsed(body, noon - 30s) == std::error_code());
    CHECK(parsed(body, noon + 31s) == Reason::stale);
    CHECK(parsed(body, noon - 31s) == Reason::stale);
}

TEST_CASE("Access request: one from the beginning or the end of time is not believed") {
    const std::string payload =
        R"({"iat":TIME,"aud":"chat.req.access","iss":"KEY","sub":"KEY","name":"wallyqs",)"
        R"("nats":{"type":"access_request","version":2,"nonce":"AAAAAAAAAAAAAAAAAAAAAA"}})";
    const nkeys::SigningKey key = key_of(nkeys::Kind::user);
    const auto request_at = [&](const std::string& time) {
        std::string text = payload;
        for (const auto& [place, value] : {std::pair<std::string, std::string>{"TIME", time},
                                           {"KEY", key.public_key().text()},
                                           {"KEY", key.public_key().text()}})
            text.replace(text.find(place), place.size(), value);
        const std::string header = R"({"typ":"JWT","alg":"ed25519-nkey"})";
        const std::string signed_text = base::base64url_encode(base::as_bytes(header)) + "." +
                                        base::base64url_encode(base::as_bytes(text));
        return signed_text + "." + base::base64url_encode(key.sign(base::as_bytes(signed_text)));
    };
    CHECK(parsed(request_at("1700000000")) == std::error_code());
    for (const char* const time : {"-9223372036854775808", "-9223372036854775807", "9223372036854775807",
                                   "-62167219200", "253402300799"}) {
        CAPTURE(time);
        CHECK(parsed(request_at(time)) != std::error_code());
    }
}

TEST_CASE("Access request: a ttl that is not a number of seconds above zero is refused") {
    const std::string ttl = GENERATE("0", "-1", "1.5", "\"60\"", "99999999999", "true", "null");
    CHECK(parsed(token_with(R"({"type":"access_request","version":2,"ttl":)" + ttl + "}")) ==
          Reason::bad_ttl);
}

TEST_CASE("Access request: an identity is a kind and a token, and nothing else") {
    const auto with = [](const std::string& identity) {
        return token_with(R"({"type":"access_request","version":2,"identity":)" + identity + "}");
    };
    const auto good = access::parse_request(with(R"({"kind":"kubernetes","token":"e.y.J"})"),
                                            {.audience = audience, .now = noon});
    REQUIRE(good);
    REQUIRE(*good);
    CHECK((*good)->options.identity->kind == "kubernetes");
    CHECK(base::as_text((*good)->options.identity->token.expose()) == "e.y.J");
    for (const std::string identity :
         {R"("x")", "null", "{}", "[]", R"({"kind":"kubernetes"})", R"({"kind":1,"token":"x"})",
          R"({"kind":"kubernetes","token":["x"]})", R"({"kind":"kubernetes","token":"x","more":1})"}) {
        CAPTURE(identity);
        CHECK(parsed(with(identity)) == Reason::bad_identity);
    }
}
