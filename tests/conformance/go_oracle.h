#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/token.h>
#include <support/random_claims.h>

namespace natscreds::support {

/// What the official Go library is asked; tests/conformance/go/main.go says what each is for.
struct GoRequest {
    std::string op;  ///< "decode", "encode", "private", "creds", "fields"
    std::string type = {};
    std::string token = {};
    std::string payload = {};
    std::string seed = {};
};

struct GoIssue {
    std::string severity;
    std::string text;
};

struct GoAnswer {
    std::string refused;     ///< why Go does not read the token or the payload; empty when it does
    std::string unwritable;  ///< why Go does not write what it has read; empty when it does
    std::string payload;
    std::string token;
    std::vector<GoIssue> issues;
    std::vector<std::string> fields;
};

/// The official Go library's answer to each request. All are answered by one process, so ask much at once.
/// Fails: throws, which fails the test; with what to do when the library is not there.
[[nodiscard]] std::vector<GoAnswer> ask_go(const std::vector<GoRequest>& requests);

/// The type's name in tokens.
template <class C>
constexpr std::string_view type_name = "generic";
template <>
inline constexpr std::string_view type_name<jwt::OperatorClaims> = "operator";
template <>
inline constexpr std::string_view type_name<jwt::AccountClaims> = "account";
template <>
inline constexpr std::string_view type_name<jwt::UserClaims> = "user";
template <>
inline constexpr std::string_view type_name<jwt::ActivationClaims> = "activation";
template <>
inline constexpr std::string_view type_name<jwt::AuthorizationRequestClaims> = "authorization_request";
template <>
inline constexpr std::string_view type_name<jwt::AuthorizationResponseClaims> = "authorization_response";

/// The claims of a token as they stand in it: JSON text.
[[nodiscard]] inline std::string payload_of(std::string_view token) {
    const std::size_t begin = token.find('.') + 1;
    const std::size_t end = token.find('.', begin);
    return std::string(base::as_text(base::base64url_decode(token.substr(begin, end - begin)).value()));
}

[[nodiscard]] inline std::string seed_of(const nkeys::SigningKey& key) {
    const base::Secret seed = key.seed_text();
    return std::string(base::as_text(seed.expose()));
}

/// Random claims, and who signs them.
template <class C>
struct Sample {
    jwt::Draft<C> draft;
    const nkeys::SigningKey& issuer;

    [[nodiscard]] std::string token(
        base::Time issued_at = base::Time(std::chrono::seconds(1'700'000'000))) const {
        return jwt::sign(draft, issuer, issued_at).value().text();
    }
};

template <class C>
[[nodiscard]] std::vector<Sample<C>> samples(RandomClaims& random, int count) {
    std::vector<Sample<C>> made;
    for (int i = 0; i < count; ++i)
        made.push_back({random.draft<C>(), random.issuer<C>()});
    return made;
}

}  // namespace natscreds::support
