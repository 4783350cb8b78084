#include <natscreds/access/request.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "signed_request.h"

namespace natscreds::access {
namespace {

using Json = nlohmann::json;
using Decoded = jwt::Decoded<jwt::GenericClaims>;

/// Which errors of decode() say that a body was no token at all.
bool is_no_token(const std::error_code& code) {
    return code == jwt::Errc::bad_shape || code == jwt::Errc::bad_base64;
}

base::Result<std::optional<std::chrono::seconds>> ttl_field(const Json& body) {
    const auto field = body.find("ttl");
    if (field == body.end()) return std::optional<std::chrono::seconds>();
    if (!field->is_number_integer() || field->is_number_float() || *field <= 0 || *field > INT32_MAX) {
        return base::Error{Reason::bad_ttl, "ttl is not a number of seconds above zero"};
    }
    return std::optional(std::chrono::seconds(field->get<std::int64_t>()));
}

base::Result<AccessOptions> read_options(const Decoded& token, const Json& body) {
    const base::Result<std::string> role = text_field(body, "role");
    if (!role) return role.error();
    const auto ttl = ttl_field(body);
    if (!ttl) return ttl.error();
    auto identity = identity_field(body);
    if (!identity) return identity.error();
    return AccessOptions{
        .name = token.content.name, .role = *role, .ttl = *ttl, .identity = std::move(*identity)};
}

base::Result<AccessRequest> check_request(const Decoded& token, const RequestOrigin& expected) {
    const Json fields = Json::parse(token.claims().body, nullptr, false);
    const base::Status sound =
        check_signed_request(token, fields, {.type = "access_request", .origin = expected});
    if (!sound) return sound.error();
    base::Result<AccessOptions> options = read_options(token, fields);
    if (!options) return options.error();
    return AccessRequest{.key = token.issuer, .options = std::move(*options), .issued_at = token.issued_at};
}

}  // namespace

std::string encode_request(const AccessOptions& options, const nkeys::SigningKey& key,
                           const RequestOrigin& origin, base::Random& random) {
    Json body{{"type", "access_request"}};
    if (!options.role.empty()) body["role"] = options.role;
    if (options.ttl) body["ttl"] = options.ttl->count();
    if (options.identity) body["identity"] = encode_identity(*options.identity);
    return sign_request({.name = options.name, .fields = std::move(body)}, key, origin, random);
}

std::optional<base::Result<AccessRequest>> parse_request(std::string_view body,
                                                         const RequestOrigin& expected) {
    if (std::ranges::count(body, '.') != 2) return std::nullopt;
    const base::Result<Decoded> token = jwt::decode<jwt::GenericClaims>(body);
    if (token) return check_request(*token, expected);
    if (is_no_token(token.error().code)) return std::nullopt;
    return refusal_of(token.error());
}

}  // namespace natscreds::access
