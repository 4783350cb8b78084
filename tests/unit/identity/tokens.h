#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/oidc_identity.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <support/foreign_issuer.h>

namespace natscreds::identity_tests {

/// Tokens of both kinds, and whether they are believed.

using namespace natscreds::provisioner::identity;
using namespace std::chrono_literals;
using support::ForeignIssuer;

inline constexpr base::Time now{1'700'000'000s};

enum class Kind { kubernetes, oidc };

/// The claims of a good token of that kind; what is in `changed` replaces a claim, or takes it away.
inline std::string claims_of(Kind kind, const std::map<std::string, std::string>& changed = {}) {
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

/// An issuer for each algorithm, whose key is called k1. RSA keys take a while to make.
inline const ForeignIssuer& issuer_of(const std::string& algorithm) {
    static std::map<std::string, std::unique_ptr<ForeignIssuer>> all;
    auto& issuer = all[algorithm];
    if (!issuer) issuer = std::make_unique<ForeignIssuer>(algorithm, "k1");
    return *issuer;
}

inline OidcExpected github(std::vector<IdentityRule> rules = {{.when = {}, .role = "deploy"}}) {
    return {.name = "github", .issuer = "https://issuer", .audiences = {"nats", "more"}, .rules = rules};
}

inline KeySet keys_of(const std::string& jwks) {
    return KeySet::parse(R"({"keys":[)" + jwks + "]}").value();
}

/// Why a token of that kind is refused; no error: it is believed.
inline std::error_code refusal(Kind kind, std::string_view text, base::Time at = now,
                               const KeySet& keys = keys_of(issuer_of("RS256").jwk())) {
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

}  // namespace natscreds::identity_tests
