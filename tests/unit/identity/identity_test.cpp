// A foreign token counts only with a good signature, for us, in time; everything else has its own cause.
#include <deque>
#include <map>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/identity/token_review.h>

#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/foreign_issuer.h>

using namespace natscreds;
using namespace natscreds::provisioner::identity;
using namespace std::chrono_literals;

namespace {

constexpr base::Time now{1'700'000'000s};

/// The claims of a pod's token; what is in `changed` replaces the value of that claim.
std::string claims(const std::map<std::string, std::string>& changed = {}) {
    std::map<std::string, std::string> all{
        {"iss", R"("https://cluster")"},
        {"aud", R"(["nats"])"},
        {"exp", "1700000600"},
        {"nbf", "1700000000"},
        {"sub", R"("system:serviceaccount:nats-io:nats-user")"},
        {"kubernetes.io",
         R"({"namespace":"nats-io","pod":{"name":"p","uid":"u2"},"serviceaccount":{"name":"nats-user","uid":"u1"}})"}};
    for (const auto& [name, value] : changed)
        all[name] = value;
    std::string text;
    for (const auto& [name, value] : all) {
        if (!value.empty()) text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
    }
    return text + "}";
}

const support::ForeignIssuer& rsa() {
    static const support::ForeignIssuer issuer("RSA", "r1");
    return issuer;
}

const support::ForeignIssuer& ec() {
    static const support::ForeignIssuer issuer("EC", "e1");
    return issuer;
}

std::string key_set(const std::string& keys) {
    return R"({"keys":[)" + keys + "]}";
}

const Expected pods{.issuer = "https://cluster", .audience = "nats", .bound_to = {"Pod"}};

base::Result<ServiceAccount> verify(const std::string& token, base::Time at = now) {
    const auto parsed = ForeignJwt::parse(token);
    if (!parsed) return parsed.error();
    const auto keys = KeySet::parse(key_set(rsa().jwk() + "," + ec().jwk()));
    return verify_offline(*parsed, *keys, {pods, at});
}

std::error_code refusal(const std::string& token, base::Time at = now) {
    const auto verified = verify(token, at);
    return verified ? std::error_code{} : verified.error().code;
}

std::error_code refusal_of_keys(const std::string& text) {
    const auto keys = KeySet::parse(text);
    return keys ? std::error_code{} : keys.error().code;
}

/// An issuer that answers what the test says, in that order, and then no more.
class FakeWeb final : public Web {
  public:
    base::Result<std::string> read(const std::string& url) const override {
        asked.push_back(url);
        const auto answer = answers.find(url);
        if (answer == answers.end()) return base::Error{Errc::unreachable, {}};
        return answer->second;
    }

    mutable std::deque<std::string> asked;
    std::map<std::string, std::string> answers;
};

}  // namespace

TEST_CASE("ServiceAccount: a genuine token of either algorithm proves its owner until it expires") {
    const auto& issuer = GENERATE(true, false) ? rsa() : ec();
    const auto verified = verify(issuer.token(claims()));
    REQUIRE(verified);
    CHECK(verified->claims().namespace_name == "nats-io");
    CHECK(verified->claims().name == "nats-user");
    CHECK(verified->claims().bound_to->name == "p");
    CHECK(verified->claims().expires == now + 600s);
    CHECK(refusal(issuer.token(claims()), now + 599s) == std::error_code{});
    CHECK(refusal(issuer.token(claims()), now + 600s) == Errc::expired);
    CHECK(refusal(issuer.token(claims()), now - 30s) == std::error_code{});
    CHECK(refusal(issuer.token(claims()), now - 31s) == Errc::not_yet_valid);
}

// Amazon's EKS: the issuer has a path, the audience is a list with others in it, its key set says no algorithms.
TEST_CASE("ServiceAccount: an EKS token is verified, with one audience of several and by keys without alg") {
    const std::string issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";
    const std::string audiences =
        GENERATE(R"(["sts.amazonaws.com","nats"])", R"(["nats","https://other"])", R"("nats")");
    std::string jwk = rsa().jwk();
    const std::string alg = R"("alg":"RS256",)";
    REQUIRE(jwk.find(alg) != std::string::npos);
    jwk.erase(jwk.find(alg), alg.size());
    const std::string text = rsa().token(claims({{"iss", '"' + issuer + '"'}, {"aud", audiences}}));
    const auto token = ForeignJwt::parse(text);
    REQUIRE(token);
    const auto keys = KeySet::parse(key_set(jwk));
    REQUIRE(keys);
    CHECK(verify_offline(*token, *keys, {{.issuer = issuer, .audience = "nats", .bound_to = {"Pod"}}, now}));
    const auto other =
        verify_offline(*token, *keys, {{.issuer = issuer, .audience = "sts", .bound_to = {}}, now});
    CHECK(other.error().code == Errc::wrong_audience);
}

TEST_CASE("ServiceAccount: each claim that is not as expected has its own cause") {
    const auto changed = [](const char* name, const char* value) {
        return refusal(rsa().token(claims({{name, value}})));
    };
    CHECK(changed("iss", R"("https://other")") == Errc::wrong_issuer);
    CHECK(changed("iss", "") == Errc::wrong_issuer);
    CHECK(changed("aud", R"("nats")") == std::error_code{});
    CHECK(changed("aud", R"(["https://cluster"])") == Errc::wrong_audience);
    CHECK(changed("aud", R"(["natsx","nat"])") == Errc::wrong_audience);
    CHECK(changed("aud", R"(["nats",1])") == Errc::bad_claim);
    CHECK(changed("aud", "") == Errc::bad_claim);
    CHECK(changed("exp", "") == Errc::bad_claim);
    CHECK(changed("exp", "1e12") == Errc::bad_claim);
    CHECK(changed("exp", "\"1700000600\"") == Errc::bad_claim);
    CHECK(changed("exp", "18446744073709551615") == Errc::bad_claim);
    CHECK(changed("nbf", "-1") == Errc::bad_claim);
    CHECK(changed("sub", R"("system:serviceaccount:nats-io:nats-admin-user")") ==
          Errc::not_a_service_account);
    CHECK(changed("sub", R"("system:serviceaccount:nats-io:nats-user ")") == Errc::not_a_service_account);
    CHECK(changed("kubernetes.io",
                  R"({"namespace":"nats-io","serviceaccount":{"name":"nats-user","uid":"u"}})") ==
          Errc::not_bound);
    CHECK(
        changed(
            "kubernetes.io",
            R"({"namespace":"nats-io","secret":{"name":"s","uid":"u"},"serviceaccount":{"name":"nats-user","uid":"u"}})") ==
        Errc::not_bound);
    CHECK(
        changed(
            "kubernetes.io",
            R"({"namespace":"nats-io","pod":{"name":"s"},"serviceaccount":{"name":"nats-user","uid":"u"}})") ==
        Errc::bad_claim);
    // A Cyrillic letter that looks like the Latin one, and a name that would end a subject's token.
    CHECK(changed("kubernetes.io",
                  R"({"namespace":"nats-io","serviceaccount":{"name":"n\u0430ts-user","uid":"u"}})") ==
          Errc::bad_claim);
    CHECK(changed("kubernetes.io",
                  R"({"namespace":"nats.>","serviceaccount":{"name":"nats-user","uid":"u"}})") ==
          Errc::bad_claim);
    CHECK(changed("kubernetes.io", "") == Errc::bad_claim);
}

TEST_CASE("ForeignJwt: a header that chooses another algorithm, or brings its own key, is refused") {
    const auto header = [](const char* text) { return refusal(rsa().token_with_header(text, claims())); };
    CHECK(header(R"({"alg":"RS256"})") == std::error_code{});
    CHECK(header(R"({"alg":"RS256","kid":"","typ":"JWT"})") == std::error_code{});
    CHECK(header(R"({"alg":"none"})") == Errc::unknown_algorithm);
    CHECK(header(R"({"alg":"HS256","kid":"r1"})") == Errc::unknown_algorithm);
    CHECK(header(R"({"alg":"rs256","kid":"r1"})") == Errc::unknown_algorithm);
    CHECK(header(R"({"alg":["RS256"],"kid":"r1"})") == Errc::unknown_algorithm);
    CHECK(header(R"({"kid":"r1"})") == Errc::unknown_algorithm);
    CHECK(header(R"({"alg":"ES256","kid":"r1"})") == Errc::unknown_key);
    CHECK(header(R"({"alg":"ES256","kid":"e1"})") == Errc::bad_signature);
    CHECK(header(R"({"alg":"RS256","kid":"../../dev/null"})") == Errc::unknown_key);
    CHECK(header(R"({"alg":"RS256","kid":7})") == Errc::bad_header);
    CHECK(header(R"({"alg":"RS256","kid":"r1","crit":["exp"]})") == Errc::bad_header);
    CHECK(header(R"({"alg":"RS256","kid":"r1","jku":"https://evil"})") == Errc::bad_header);
    CHECK(header(R"({"alg":"RS256","kid":"r1","typ":"JWE"})") == Errc::bad_header);
    CHECK(header(R"({"alg":"RS256","alg":"none","kid":"r1"})") == Errc::bad_json);
}

TEST_CASE("ForeignJwt: what is not exactly one well-formed token is refused") {
    const std::string good = rsa().token(claims());
    CHECK(refusal("") == Errc::bad_shape);
    CHECK(refusal(good + ".x") == Errc::bad_shape);
    CHECK(refusal(good.substr(0, good.rfind('.') + 1)) == Errc::bad_shape);
    CHECK(refusal(good + "=") == Errc::bad_base64);
    CHECK(refusal(good + "\n") == Errc::bad_base64);
    CHECK(refusal(rsa().token(claims({{"padding", "\"" + std::string(16'384, 'x') + "\""}}))) ==
          Errc::too_large);
    CHECK(refusal(rsa().token(claims({{"deep", std::string(80, '[') + std::string(80, ']')}}))) ==
          Errc::bad_json);
    CHECK(refusal(rsa().token(R"({"sub":"a","sub":"b"})")) == Errc::bad_json);
    CHECK(refusal(rsa().token("{\"sub\":\"\xff\"}")) == Errc::bad_json);
    CHECK(refusal(rsa().token("[]")) == Errc::bad_json);
    CHECK(refusal(rsa().token(good)) == Errc::bad_json);
}

TEST_CASE("KeySet: a token that was altered, or signed by another, does not verify") {
    const support::ForeignIssuer stranger("EC", "e1");
    CHECK(refusal(stranger.token(claims())) == Errc::bad_signature);
    const std::string good = ec().token(claims());
    const std::string other = ec().token(claims({{"exp", "1900000000"}}));
    CHECK(refusal(other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'))) == Errc::bad_signature);
    const std::string zeros = base::base64url_encode(base::Bytes(64));
    CHECK(refusal(good.substr(0, good.rfind('.') + 1) + zeros) == Errc::bad_signature);
}

TEST_CASE(
    "KeySet: keys for others and odd ones of ours are passed over; without one of ours there is no set") {
    const std::string other = R"({"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"RSA","use":"enc"})";
    const auto keys = KeySet::parse(key_set(other + "," + ec().jwk()));
    REQUIRE(keys);
    CHECK(keys->size() == 1);
    CHECK(refusal_of_keys(key_set(other)) == Errc::bad_key_set);
    CHECK(KeySet::parse(key_set(ec().jwk() + "," + ec().jwk()))->size() == 1);
    const std::string one = base::base64url_encode(base::Bytes(32, 1));
    for (const std::string& odd :
         {std::string(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), std::string("7"),
          R"({"kty":"EC","crv":"P-256","x":")" + one + R"(","y":")" + one + "\"}",
          R"({"kty":"EC","crv":"P-256","kid":7,"x":")" + one + R"(","y":")" + one + "\"}"}) {
        INFO(odd);
        CHECK(refusal_of_keys(key_set(odd)) == Errc::bad_key_set);
        const auto beside = KeySet::parse(key_set(odd + "," + ec().jwk()));
        REQUIRE(beside);
        CHECK(beside->size() == 1);
    }
    CHECK(refusal_of_keys("{}") == Errc::bad_key_set);
    CHECK(refusal_of_keys("[]") == Errc::bad_json);
    CHECK(refusal_of_keys(std::string(300'000, ' ')) == Errc::too_large);
}

TEST_CASE("TokenReview: only an answer that authenticates this account for our audience proves it") {
    const std::string token = rsa().token(claims());
    const auto parsed = ForeignJwt::parse(token);
    const auto outcome = [&](const std::string& status) {
        const auto verified = verify_by_review(
            *parsed,
            R"({"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","status":)" + status + "}",
            {pods, now});
        return verified ? std::error_code{} : verified.error().code;
    };
    const std::string user = R"("user":{"username":"system:serviceaccount:nats-io:nats-user","uid":"u1"})";
    CHECK(outcome(R"({"authenticated":true,"audiences":["nats"],)" + user + "}") == std::error_code{});
    CHECK(outcome(R"({"error":"invalid bearer token"})") == Errc::not_authenticated);
    CHECK(outcome(R"({"authenticated":"true","audiences":["nats"],)" + user + "}") ==
          Errc::not_authenticated);
    CHECK(outcome(R"({"authenticated":true,)" + user + "}") == Errc::bad_answer);
    CHECK(outcome(R"({"authenticated":true,"audiences":["other"],)" + user + "}") == Errc::bad_answer);
    CHECK(outcome(R"({"authenticated":true,"audiences":["nats"],"user":{"username":"admin","uid":"u1"}})") ==
          Errc::bad_answer);
    CHECK(outcome("7") == Errc::bad_answer);
    CHECK(verify_by_review(*parsed, "<html>", {pods, now}).error().code == Errc::bad_json);
}

TEST_CASE("KeyCache: an unknown key is asked for at most every ten seconds, and old keys end") {
    support::FakeIntervals clock;
    FakeWeb web;
    web.answers = {{"https://d", R"({"issuer":"https://cluster","jwks_uri":"https://k"})"},
                   {"https://k", key_set(rsa().jwk())}};
    KeyCache cache({"https://cluster", "https://d"}, web, clock);
    const std::string rsa_text = rsa().token(claims());
    const std::string ec_text = ec().token(claims());
    const auto old_token = ForeignJwt::parse(rsa_text);
    const auto new_token = ForeignJwt::parse(ec_text);

    CHECK(cache.keys_for(*old_token)->verify(*old_token));
    CHECK(web.asked.size() == 2);
    web.answers["https://k"] = key_set(rsa().jwk() + "," + ec().jwk());
    clock.advance(9s);
    CHECK_FALSE(cache.keys_for(*new_token)->verify(*new_token));
    CHECK(web.asked.size() == 2);
    clock.advance(1s);
    CHECK(cache.keys_for(*new_token)->verify(*new_token));
    CHECK(cache.keys_for(*old_token)->verify(*old_token));
    CHECK(web.asked.size() == 4);

    web.answers.clear();
    clock.advance(3599s);
    CHECK(cache.keys_for(*old_token)->verify(*old_token));
    clock.advance(1s);
    CHECK(cache.keys_for(*old_token).error().code == Errc::stale_keys);
    CHECK(cache.keys_for(*old_token).error().message().find("https://d") != std::string::npos);
}

TEST_CASE("key_set_address: a document of another issuer, or without https, is refused") {
    const auto code = [](const char* document) {
        return key_set_address(document, "https://c").error().code;
    };
    CHECK(code(R"({"issuer":"https://d","jwks_uri":"https://k"})") == Errc::bad_discovery);
    CHECK(code(R"({"issuer":"https://c","jwks_uri":"http://k"})") == Errc::bad_discovery);
    CHECK(code(R"({"issuer":"https://c"})") == Errc::bad_discovery);
    CHECK(code("no") == Errc::bad_json);
}
