// Tokens of OpenID Connect issuers: what only they claim, and what rules make of it.
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/identity/claims.h>

#include "tokens.h"

using namespace natscreds;
using namespace natscreds::identity_tests;

namespace {

const ForeignIssuer& rsa() {
    return issuer_of("RS256");
}

base::Result<OidcIdentity> verify(const std::string& claims, std::vector<IdentityRule> rules) {
    const std::string text = rsa().token(claims);
    const auto token = ForeignJwt::parse(text);
    return verify_oidc(*token, keys_of(rsa().jwk()), github(std::move(rules)), now);
}

}  // namespace

TEST_CASE("Oidc: claims that only these tokens have are checked") {
    const auto changed = [&](const char* name, const std::string& value) {
        return refusal(Kind::oidc, rsa().token(claims_of(Kind::oidc, {{name, value}})));
    };
    CHECK(changed("iat", "") == Errc::bad_claim);
    CHECK(changed("iat", R"("1700000000")") == Errc::bad_claim);
    CHECK(changed("iat", "1700000030") == std::error_code());
    CHECK(changed("iat", "1700000031") == Errc::not_yet_valid);
    CHECK(changed("sub", '"' + std::string(255, 's') + '"') == std::error_code());
    CHECK(changed("sub", '"' + std::string(256, 's') + '"') == Errc::bad_claim);
    CHECK(changed("sub", R"("a\nb")") == Errc::bad_claim);
    CHECK(changed("sub", "7") == Errc::bad_claim);
    CHECK(changed("aud", R"("more")") == std::error_code());

    OidcExpected expected = github();
    expected.azp = {"ci", "web"};
    const auto by = [&](const std::string& azp) {
        const std::string text = rsa().token(claims_of(Kind::oidc, {{"azp", azp}}));
        const auto verified = verify_oidc(*ForeignJwt::parse(text), keys_of(rsa().jwk()), expected, now);
        return verified ? std::error_code() : verified.error().code;
    };
    CHECK(by(R"("web")") == std::error_code());
    CHECK(by(R"("other")") == Errc::wrong_party);
    CHECK(by("") == Errc::bad_claim);
}

TEST_CASE("Oidc: the first rule all of whose conditions are met decides") {
    const std::vector<IdentityRule> rules{
        {.when = {{"repository", {"acme/other"}}}, .role = "other"},
        {.when = {{"repository", {"x", "acme/*"}}, {"ref", {"refs/heads/*"}}}, .role = "deploy", .ttl = 5min},
        {.when = {}, .role = "everybody"}};
    const auto verified = verify(claims_of(Kind::oidc), rules);
    REQUIRE(verified);
    CHECK(verified->rule() == rules[1]);
    CHECK(verify(claims_of(Kind::oidc, {{"ref", R"("refs/tags/1")"}}), rules)->rule().role == "everybody");

    const auto matches = [](const std::string& claim, const std::string& pattern) {
        return verify(claims_of(Kind::oidc), {{.when = {{claim, {pattern}}}, .role = "r"}}).has_value();
    };
    CHECK(matches("groups", "ops"));
    CHECK_FALSE(matches("groups", "dev,ops"));
    CHECK(matches("realm_access.roles", "nats-*"));
    CHECK(matches("realm_access.level", "3"));
    CHECK_FALSE(matches("realm_access", "*"));
    CHECK_FALSE(matches("missing", "*"));
    CHECK_FALSE(matches("repository", "acme"));
    CHECK_FALSE(matches("repository", "ACME/*"));
    CHECK_FALSE(matches("repository", "acme/[a-z]*"));
}

TEST_CASE("Oidc: whom no rule matches is refused, and the conditions are named that were not met") {
    const auto refused =
        verify(claims_of(Kind::oidc), {{.when = {{"repository", {"a", "b"}}}, .role = "r"},
                                       {.when = {{"gone", {"*"}}, {"ref", {"x"}}}, .role = "r"}});
    REQUIRE(refused.error().code == Errc::no_rule);
    const std::string& why = refused.error().detail;
    CAPTURE(why);
    CHECK(why.find("repo:acme/shop of github") != std::string::npos);
    CHECK(why.find(R"(rule 1: repository is "acme/shop", expected "a" or "b")") != std::string::npos);
    CHECK(why.find(R"(rule 2: gone is not there, expected "*" and ref is "refs/heads/main")") !=
          std::string::npos);
}

TEST_CASE("Claims: a claim that two places of a token could mean is not there") {
    const Claims claims = Claims::read(R"({"a.b":"top","a":{"b":"nested","c":1,"d":true,"e":null,"f":1.5}})");
    CHECK(claims.values("a.b").empty());
    CHECK(claims.values("a.c") == std::vector<std::string>{"1"});
    CHECK(claims.values("a.d") == std::vector<std::string>{"true"});
    CHECK(claims.values("a.e").empty());
    CHECK(claims.values("a.f").empty());
    const auto list = Claims::read(R"({"l":["x",2,{"y":1},["z"]],"t":"v"})");
    CHECK(list.values("l") == std::vector<std::string>{"x", "2"});
    CHECK(list.facts() == std::map<std::string, std::string, std::less<>>{{"claim(t)", "v"}});
    CHECK(Claims::read("[1]").facts().empty());
}
