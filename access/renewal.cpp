#include <natscreds/access/renewal.h>

#include <utility>

#include <nlohmann/json.hpp>

#include "signed_request.h"

namespace natscreds::access {
namespace {

using Json = nlohmann::json;

constexpr std::string_view type = "renew_request";

/// The JWT inside, if it is about the key that signed the request.
base::Result<jwt::Decoded<jwt::UserClaims>> read_current(const Json& fields, const nkeys::PublicKey& key) {
    const base::Result<std::string> text = text_field(fields, "jwt");
    if (!text) return text.error();
    base::Result<jwt::Decoded<jwt::UserClaims>> current = jwt::decode<jwt::UserClaims>(*text);
    if (!current) return malformed("the JWT to renew cannot be read: " + current.error().code.message());
    if (current->content.subject == key.text()) return current;
    return base::Error{Reason::bad_signature, "the request is not signed by the key that its JWT is for"};
}

}  // namespace

std::string encode_renewal(const Renewing& renewing, const nkeys::SigningKey& key,
                           const RequestOrigin& origin, base::Random& random) {
    Json fields{{"type", type}, {"jwt", renewing.current.text()}};
    if (renewing.identity != nullptr) fields["identity"] = encode_identity(*renewing.identity);
    return sign_request({.name = {}, .fields = std::move(fields)}, key, origin, random);
}

base::Result<RenewalRequest> parse_renewal(std::string_view body, const RequestOrigin& expected) {
    const auto token = jwt::decode<jwt::GenericClaims>(body);
    if (!token) return refusal_of(token.error());
    const Json fields = Json::parse(token->claims().body, nullptr, false);
    const base::Status sound = check_signed_request(*token, fields, {.type = type, .origin = expected});
    if (!sound) return sound.error();
    base::Result<jwt::Decoded<jwt::UserClaims>> current = read_current(fields, token->issuer);
    if (!current) return current.error();
    auto identity = identity_field(fields);
    if (!identity) return identity.error();
    return RenewalRequest{.key = token->issuer,
                          .current = std::move(*current),
                          .issued_at = token->issued_at,
                          .identity = std::move(*identity)};
}

}  // namespace natscreds::access
