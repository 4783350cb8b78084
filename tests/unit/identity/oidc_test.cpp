// Tokens of OpenID Connect issuers, and what is done with a wrong one of either kind.
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/oidc_identity.h>
#include <natscreds/provisioner/identity/oidc_verifier.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <support/fakes.h>
#include <support/foreign_issuer.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;
using namespace std::chrono_literals;
using support::ForeignIssuer;

namespace {

constexpr base::Time now{1'700'000'000s};

enum class Kind { kubernetes, oidc };

/// The claims of a good token of that kind; what is in `changed` replaces a claim, or takes it away.
std::string claims_of(Kind kind, const std::map<std::string, std::string>& changed = {}) {
    std::map<std::string, std::string> all{{"iss", R"("https://issuer")"}, {"aud", R"("nats")"},
                                           {"exp", "1700000600"},          {"nbf", "1700000000"},
                                           {"iat", "1700000000"},          {"sub", R"("repo:acme/shop")"}};
    if (kind == Kind::oidc) {
        all["repository"] = R"("acme/shop")";
        all["ref"] = R"("refs/heads/main")";
        all["groups"] = R"(["dev","ops"])";
        all["realm_access"] = R"({"roles":["reader","nats-writer"],"level":3})";
    } else {
        all["sub"] = R"("system:serviceaccount:nats-io:nats-user")";
        all["kubernetes.io"] = R"({"namespace":"nats-io","serviceaccount":{"name":"nats-user","uid":"u1"}})";
    }
    for (const auto& [name, value] : changed)
        all[name] = value;
    std::string text;
    for (const auto& [name, value] : all) {
        if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
    }
    return text + "}";
}

const ForeignIssuer& rsa() {
    static const ForeignIssuer issuer("RSA", "r1");
    return issuer;
}

OidcExpected github(std::vector<IdentityRule> rules = {{.when = {}, .role = "deploy"}}) {
    return {.name = "github", .issuer = "https://issuer", .audiences = {"nats", "more"}, .rules = rules};
}

KeySet keys_of(const std::string& jwks) {
    return KeySet::parse(R"({"keys":[)" + jwks + "]}").value();
}

/// Keys that the issuer never takes back.
struct FixedKeys final : KeySource {
    explicit FixedKeys(KeySet of) : keys(std::move(of)) {}
    base::Result<KeySet> keys_for(const ForeignJwt&) override { return keys; }
    base::Result<KeySet> renew() override { return keys; }
    KeySet keys;
};

/// Why a token of that kind is refused; no error: it is believed.
std::error_code refusal(Kind kind, std::string_view text, base::Time at = now,
                        const KeySet& keys = keys_of(rsa().jwk())) {
    const auto token = ForeignJwt::parse(text);
    if (!token) return token.error().code;
    if (kind == Kind::oidc) {
        const auto verified = verify_oidc(*token, keys, github(), at);
        return verified ? std::error_code() : verified.error().code;
    }
    const Expected expected{.issuer = "https://issuer", .audience = "nats"};
    const auto verified = verify_offline(*token, keys, {expected, at});
    return verified ? std::error_code() : verified.error().code;
}

std::string header(const std::string& algorithm, const std::string& more = "") {
    return R"({"alg":")" + algorithm + R"(","kid":"r1")" + more + "}";
}

base::Result<OidcIdentity> verify(const std::string& claims, std::vector<IdentityRule> rules) {
    const std::string text = rsa().token(claims);
    const auto token = ForeignJwt::parse(text);
    return verify_oidc(*token, keys_of(rsa().jwk()), github(std::move(rules)), now);
}

}  // namespace

TEST_CASE("Token faults: a good token of each kind is believed from its beginning to its end") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string token = rsa().token(claims_of(kind));
    CHECK(refusal(kind, token) == std::error_code());
    CHECK(refusal(kind, token, now + 599s) == std::error_code());
    CHECK(refusal(kind, token, now + 600s) == Errc::expired);
    CHECK(refusal(kind, token, now - 30s) == std::error_code());
    CHECK(refusal(kind, token, now - 31s) == Errc::not_yet_valid);
}

TEST_CASE("Token faults: each claim that is wrong has its own cause") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const auto changed = [&](const char* name, const std::string& value) {
        return refusal(kind, rsa().token(claims_of(kind, {{name, value}})));
    };
    CHECK(changed("iss", R"("https://other")") == Errc::wrong_issuer);
    CHECK(changed("iss", R"("https://issuer/")") == Errc::wrong_issuer);
    CHECK(changed("iss", R"("HTTPS://issuer")") == Errc::wrong_issuer);
    CHECK(changed("iss", "") == Errc::wrong_issuer);
    CHECK(changed("iss", R"(["https://issuer"])") == Errc::wrong_issuer);
    CHECK(changed("aud", R"("other")") == Errc::wrong_audience);
    CHECK(changed("aud", R"(["other","nats"])") == std::error_code());
    CHECK(changed("aud", R"([])") == Errc::wrong_audience);
    CHECK(changed("aud", R"(["nats",1])") == Errc::bad_claim);
    CHECK(changed("aud", "") == Errc::bad_claim);
    CHECK(changed("exp", "") == Errc::bad_claim);
    CHECK(changed("exp", R"("1700000600")") == Errc::bad_claim);
    CHECK(changed("exp", "1700000600.5") == Errc::bad_claim);
    CHECK(changed("exp", "-1") == Errc::bad_claim);
    CHECK(changed("exp", "99999999999999999999") == Errc::bad_claim);
    CHECK(changed("nbf", R"("1700000000")") == Errc::bad_claim);
    CHECK(changed("nbf", "1700000031") == Errc::not_yet_valid);
    CHECK(changed("sub", "") != std::error_code());
    CHECK(changed("more", "{\"a\":" + std::string(70, '[') + std::string(70, ']') + "}") == Errc::bad_json);
    CHECK(changed("more", '"' + std::string(1'000'000, 'a') + '"') == Errc::too_large);
}

TEST_CASE("Token faults: a claim or a field of the header that is there twice is refused") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string good = claims_of(kind);
    CHECK(refusal(kind, rsa().token(good.substr(0, good.size() - 1) + R"(,"aud":"nats"})")) ==
          Errc::bad_json);
    CHECK(refusal(kind, rsa().token_with_header(header("RS256", R"(,"alg":"none")"), good)) ==
          Errc::bad_json);
}

TEST_CASE("Token faults: only the issuer's key proves, in the algorithm that the key is for") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string good = claims_of(kind);
    const auto with = [&](const std::string& head) {
        return refusal(kind, rsa().token_with_header(head, good));
    };
    for (const char* none : {"none", "None", "HS256", "HS512", "ES512", ""})
        CHECK(with(header(none)) == Errc::unknown_algorithm);
    // Another algorithm of the key's own family, or of another: there is no such key.
    for (const char* other : {"RS384", "RS512", "PS256", "ES256", "EdDSA"})
        CHECK(with(header(other)) == Errc::unknown_key);
    CHECK(with(R"({"alg":"RS256"})") == std::error_code());
    CHECK(with(R"({"alg":"RS256","kid":"../../etc/passwd"})") == Errc::unknown_key);
    CHECK(with(R"({"alg":"RS256","kid":"R1"})") == Errc::unknown_key);
    CHECK(with(R"({"alg":"RS256","kid":["r1"]})") == Errc::bad_header);
    CHECK(with(header("RS256", R"(,"typ":"JOSE","x5t":"abc")")) == std::error_code());
    CHECK(with(header("RS256", R"(,"typ":"at+jwt")")) == std::error_code());
    CHECK(with(header("RS256", R"(,"typ":"dpop+jwt")")) == Errc::bad_header);
    for (const char* more :
         {R"(,"jku":"https://a")", R"(,"jwk":{})", R"(,"crit":["b64"])", R"(,"x5u":"https://a")"})
        CHECK(with(header("RS256", more)) == Errc::bad_header);

    const ForeignIssuer attacker("RSA", "r1");
    CHECK(refusal(kind, attacker.token(good)) == Errc::bad_signature);
    std::string altered = rsa().token(good);
    const std::size_t dot = altered.find('.');
    altered.replace(dot + 1, altered.rfind('.') - dot - 1,
                    base::base64url_encode(base::as_bytes(claims_of(kind, {{"exp", "1800000000"}}))));
    CHECK(refusal(kind, altered) == Errc::bad_signature);
    CHECK(refusal(kind, rsa().token(good).substr(0, 200)) != std::error_code());
}

TEST_CASE("Token faults: a token that is shown again is believed for as long as it lives") {
    const Kind kind = GENERATE(Kind::kubernetes, Kind::oidc);
    const std::string token = rsa().token(claims_of(kind));
    CHECK(refusal(kind, token) == std::error_code());
    CHECK(refusal(kind, token) == std::error_code());
}

TEST_CASE("Oidc: each algorithm is verified by a key of its type, and by no other issuer's") {
    const std::string algorithm = GENERATE("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA");
    CAPTURE(algorithm);
    const ForeignIssuer issuer(algorithm, "k");
    const ForeignIssuer other(algorithm, "k");
    const std::string token = issuer.token(claims_of(Kind::oidc));
    CHECK(refusal(Kind::oidc, token, now, keys_of(issuer.jwk())) == std::error_code());
    CHECK(refusal(Kind::oidc, token, now, keys_of(other.jwk())) == Errc::bad_signature);
    CHECK(keys_of(issuer.jwk()).describe() == "1 key (" + algorithm + ")");
}

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

TEST_CASE("Oidc: of two issuers with one kid each proves its own tokens alone") {
    const support::FakeClock clock(now);
    const ForeignIssuer ours("ES256", "same");
    const ForeignIssuer theirs("ES256", "same");
    FixedKeys our_keys(keys_of(ours.jwk()));
    FixedKeys their_keys(keys_of(theirs.jwk()));
    OidcExpected other = github();
    other.name = "other";
    other.issuer = "https://issuer/";
    OidcVerifier one(github(), our_keys, clock);
    OidcVerifier two(other, their_keys, clock);
    const Verifiers verifiers{.oidc = {&one, &two}};
    const auto verify_with = [&](const std::string& token) {
        const auto verifier = verifiers.of_issuer(token);
        const auto proof = verifier ? (*verifier)->verify(token) : base::Result<Verified>(verifier.error());
        if (!proof) return proof.error().code.message();
        return std::get<OidcIdentity>(*proof).claims().identity;
    };
    const std::string slash = claims_of(Kind::oidc, {{"iss", R"("https://issuer/")"}});
    CHECK(verify_with(ours.token(claims_of(Kind::oidc))) == "github");
    CHECK(verify_with(theirs.token(slash)) == "other");
    CHECK(verify_with(theirs.token(claims_of(Kind::oidc))) == make_error_code(Errc::bad_signature).message());
    CHECK(verify_with(ours.token(slash)) == make_error_code(Errc::bad_signature).message());
    const std::string third = claims_of(Kind::oidc, {{"iss", R"("https://third")"}});
    CHECK(verify_with(ours.token(third)) == make_error_code(Errc::wrong_issuer).message());
}
