#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <natscreds/access/request.h>
#include <natscreds/jwt/token.h>

namespace natscreds::access {

/// What access requests and renewal requests have in common: a generic JWT that a user's key signs about
/// itself, for one subject, just now.

struct RequestContent {
    std::string name;  ///< of the JWT; may be empty
    nlohmann::json fields;
};

/// The body to send: the content, with version and a fresh nonce.
[[nodiscard]] std::string sign_request(const RequestContent& content, const nkeys::SigningKey& key,
                                       const RequestOrigin& origin, base::Random& random);

struct ExpectedRequest {
    std::string_view type;
    RequestOrigin origin;
};

/// Fails: Reason::malformed, bad_audience, stale.
[[nodiscard]] base::Status check_signed_request(const jwt::Decoded<jwt::GenericClaims>& token,
                                                const nlohmann::json& fields,
                                                const ExpectedRequest& expected);

[[nodiscard]] nlohmann::json encode_identity(const Identity& identity);

/// The field `identity`, if it is there. Fails: Reason::bad_identity unless it is a kind and a token.
[[nodiscard]] base::Result<std::optional<Identity>> identity_field(const nlohmann::json& fields);

/// A text field of the request; missing means empty. Fails: Reason::malformed.
[[nodiscard]] base::Result<std::string> text_field(const nlohmann::json& fields, const char* name);

[[nodiscard]] base::Error malformed(std::string why);

/// What decode() says of a request, in the protocol's words.
[[nodiscard]] base::Error refusal_of(const base::Error& error);

}  // namespace natscreds::access
