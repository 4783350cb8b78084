// Tokens made by others, known to the byte: what is decoded here and signed again must be the same text.
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <nlohmann/json.hpp>

#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/token.h>
#include <support/test_data.h>

using namespace natscreds;
using nlohmann::json;

namespace {

const json& vectors() {
    static const json all = json::parse(support::read_test_data("vectors.json"));
    return all;
}

nkeys::SigningKey key_of(const std::string& public_text) {
    for (const auto& [name, pair] : vectors()["keys"].items()) {
        if (pair["public"] != public_text) continue;
        return nkeys::SigningKey::parse_seed(pair["seed"].get<std::string>()).value();
    }
    FAIL("the vectors have no seed for " << public_text);
    std::abort();
}

template <class C>
std::string signed_again(const std::string& text) {
    const auto decoded = jwt::decode<C>(text);
    INFO((decoded ? "" : decoded.error().message()));
    REQUIRE(decoded);
    const auto again = jwt::sign(decoded->content, key_of(decoded->issuer.text()), decoded->issued_at);
    REQUIRE(again);
    return again->text();
}

}  // namespace

TEST_CASE("Vectors: an operator token is encoded to the byte") {
    const std::string token = vectors()["operator"]["token"];
    CHECK(signed_again<jwt::OperatorClaims>(token) == token);
}

TEST_CASE("Vectors: account tokens are encoded to the byte") {
    const std::string token = vectors()[GENERATE("account_default", "account_full")]["token"];
    CHECK(signed_again<jwt::AccountClaims>(token) == token);
}

TEST_CASE("Vectors: user tokens are encoded to the byte") {
    const std::string token = vectors()[GENERATE("user", "user_perms", "user_scoped")]["token"];
    CHECK(signed_again<jwt::UserClaims>(token) == token);
}

TEST_CASE("Vectors: an activation token is encoded to the byte") {
    const std::string token = vectors()["activation"]["token"];
    CHECK(signed_again<jwt::ActivationClaims>(token) == token);
}

TEST_CASE("Vectors: a default account made from nothing has the vector's defaults") {
    const std::string token = vectors()["account_default"]["token"];
    const jwt::Draft<jwt::AccountClaims> draft{.subject = vectors()["keys"]["account"]["public"],
                                               .name = "A",
                                               .audience = {},
                                               .expires = {},
                                               .not_before = {},
                                               .claims = {},
                                               .extra = {}};
    const auto key = key_of(vectors()["keys"]["operator_sk"]["public"]);
    CHECK(jwt::sign(draft, key, base::Time(std::chrono::seconds(1700000000)))->text() == token);
}

TEST_CASE("Vectors: a scoped user made from nothing is empty as the server demands") {
    jwt::Draft<jwt::UserClaims> draft{.subject = vectors()["keys"]["scoped_user"]["public"],
                                      .name = "SU",
                                      .audience = {},
                                      .expires = {},
                                      .not_before = {},
                                      .claims = jwt::UserClaims::scoped(),
                                      .extra = {}};
    draft.claims.issuer_account = vectors()["keys"]["account"]["public"];
    const auto key = key_of(vectors()["keys"]["scoped_sk"]["public"]);
    const std::string token = vectors()["user_scoped"]["token"];
    CHECK(jwt::sign(draft, key, base::Time(std::chrono::seconds(1700000000)))->text() == token);
}

TEST_CASE("Vectors: a creds file is read and written to the byte") {
    const std::string text = vectors()["creds"];
    const auto credentials = jwt::Credentials::parse(base::Secret::copy_of(base::as_bytes(text)));
    REQUIRE(credentials);
    const base::Secret again = credentials->text();
    CHECK(base::as_text(again.expose()) == text);
}

TEST_CASE("Chat samples: generic tokens off the wire verify") {
    const json samples = json::parse(support::read_test_data("chat-samples.json"));
    for (const std::string token : samples["tokens"]) {
        const auto decoded = jwt::decode<jwt::GenericClaims>(token);
        REQUIRE(decoded);
        CHECK(decoded->claims().body.find("\"version\":2") != std::string::npos);
    }
}
