#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/renewal.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
constexpr std::string_view audience = "chat.req.renew";

using support::key_of;

jwt::Token user_jwt(const nkeys::SigningKey& user) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = user.public_key().text();
    draft.name = "wallyqs";
    draft.expires = noon + 1h;
    return jwt::sign(draft, key_of(nkeys::Kind::account), noon).value();
}

std::string renewal_of(const jwt::Token& current, const nkeys::SigningKey& key) {
    support::FixedRandom random(7);
    return access::encode_renewal({current}, key, {.audience = audience, .now = noon}, random);
}

std::string renewal() {
    return renewal_of(user_jwt(key_of(nkeys::Kind::user)), key_of(nkeys::Kind::user));
}

std::error_code parsed(const std::string& body, std::string_view subject = audience, base::Time now = noon) {
    const auto request = access::parse_renewal(body, {.audience = subject, .now = now});
    return request ? std::error_code() : request.error().code;
}

std::string token_with(const std::string& body) {
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = key_of(nkeys::Kind::user).public_key().text();
    draft.audience = audience;
    draft.claims.body = body;
    return jwt::sign(draft, key_of(nkeys::Kind::user), noon)->text();
}

}  // namespace

TEST_CASE("Renewal request: what is encoded is what is parsed") {
    const auto request = access::parse_renewal(renewal(), {.audience = audience, .now = noon});
    REQUIRE(request);
    CHECK(request->key == key_of(nkeys::Kind::user).public_key());
    CHECK(request->current.token == user_jwt(key_of(nkeys::Kind::user)));
    CHECK(request->issued_at == noon);
}

TEST_CASE("Renewal request: somebody else's JWT cannot be renewed") {
    const std::string stolen = renewal_of(user_jwt(key_of(nkeys::Kind::user, 2)), key_of(nkeys::Kind::user));
    CHECK(parsed(stolen) == Reason::bad_signature);
}

TEST_CASE("Renewal request: one that was changed on the way is refused as that") {
    std::string body = renewal();
    body[body.size() - 10] = body[body.size() - 10] == 'A' ? 'B' : 'A';
    CHECK(parsed(body) == Reason::bad_signature);
}

TEST_CASE("Renewal request: one for another subject, and one that is late, are refused") {
    CHECK(parsed(renewal(), "chat.req.access") == Reason::bad_audience);
    CHECK(parsed(renewal(), audience, noon + 30s) == std::error_code());
    CHECK(parsed(renewal(), audience, noon + 31s) == Reason::stale);
    CHECK(parsed(renewal(), audience, noon - 31s) == Reason::stale);
}

TEST_CASE("Renewal request: a body that is none is malformed") {
    CHECK(parsed("") == Reason::malformed);
    CHECK(parsed("wallyqs") == Reason::malformed);
    CHECK(parsed("a.b.c") == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":"access_request"})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":"renew_request"})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":"renew_request","jwt":7})")) == Reason::malformed);
    CHECK(parsed(token_with(R"({"type":"renew_request","jwt":"a.b.c"})")) == Reason::malformed);
    const std::string account_jwt = token_with(R"({"type":"account"})");
    CHECK(parsed(token_with(R"({"type":"renew_request","jwt":")" + account_jwt + "\"}")) ==
          Reason::malformed);
}

TEST_CASE("Renewal request: it carries a proof of identity if there is one") {
    support::FixedRandom random(7);
    const access::Identity proof{.kind = "kubernetes",
                                 .token = base::Secret::copy_of(base::as_bytes("e.y.J"))};
    const auto key = key_of(nkeys::Kind::user);
    const auto body = access::encode_renewal({.current = user_jwt(key), .identity = &proof}, key,
                                             {.audience = audience, .now = noon}, random);
    const auto request = access::parse_renewal(body, {.audience = audience, .now = noon});
    REQUIRE(request);
    REQUIRE(request->identity);
    CHECK(request->identity->kind == "kubernetes");
    CHECK(base::as_text(request->identity->token.expose()) == "e.y.J");
    CHECK_FALSE(access::parse_renewal(renewal(), {.audience = audience, .now = noon})->identity);
}
