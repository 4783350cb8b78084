#include <natscreds/access/request.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/jwt/token.h>

namespace natscreds::access {
namespace {

using Json = nlohmann::json;
using Decoded = jwt::Decoded<jwt::GenericClaims>;

std::string fresh_nonce(base::Random& random) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    return base::base64url_encode(bytes);
}

/// Which errors of decode() say that a body was no token at all.
bool is_no_token(const std::error_code& code) {
    return code == jwt::Errc::bad_shape || code == jwt::Errc::bad_base64;
}

base::Error malformed(std::string why) {
    return {Reason::malformed, std::move(why)};
}

/// What decode() says of a token, in the protocol's words.
base::Error refusal_of(const base::Error& error) {
    if (error.code == jwt::Errc::bad_signature) {
        return {Reason::bad_signature, "the request is not signed by the key it names as its issuer"};
    }
    return malformed("the request cannot be read: " + error.code.message());
}

/// A text field of the request; missing means empty.
base::Result<std::string> text_field(const Json& body, const char* name) {
    const auto field = body.find(name);
    if (field == body.end()) return std::string();
    if (!field->is_string()) return malformed(std::string(name) + " is not a text");
    return field->get<std::string>();
}

base::Result<std::optional<std::chrono::seconds>> ttl_field(const Json& body) {
    const auto field = body.find("ttl");
    if (field == body.end()) return std::optional<std::chrono::seconds>();
    if (!field->is_number_integer() || field->is_number_float() || *field <= 0 || *field > INT32_MAX) {
        return base::Error{Reason::bad_ttl, "ttl is not a number of seconds above zero"};
    }
    return std::optional(std::chrono::seconds(field->get<std::int64_t>()));
}

base::Status check_audience(const Decoded& token, std::string_view audience) {
    if (token.content.audience == audience) return {};
    return base::Error{Reason::bad_audience, "the request is not for " + std::string(audience)};
}

/// iss = sub: who signs is who asks.
base::Result<nkeys::PublicKey> requesting_key(const Decoded& token) {
    if (token.issuer.kind() != nkeys::Kind::user) return malformed("the request is not signed by a user key");
    if (token.content.subject != token.issuer.text())
        return malformed("the request's issuer is not its subject");
    return token.issuer;
}

base::Status check_time(const Decoded& token, base::Time now) {
    const auto distance = token.issued_at > now ? token.issued_at - now : now - token.issued_at;
    if (distance <= clock_tolerance) return {};
    return base::Error{Reason::stale, "the request's time is more than " +
                                          std::to_string(clock_tolerance.count()) +
                                          " seconds from the service's"};
}

base::Result<Wish> read_wish(const Decoded& token, const Json& body) {
    const base::Result<std::string> role = text_field(body, "role");
    if (!role) return role.error();
    const auto ttl = ttl_field(body);
    if (!ttl) return ttl.error();
    return Wish{.name = token.content.name, .role = *role, .ttl = *ttl};
}

base::Result<AccessRequest> check_request(const Decoded& token, const RequestOrigin& expected) {
    const Json fields = Json::parse(token.claims().body, nullptr, false);
    const base::Result<std::string> type = text_field(fields, "type");
    if (!type || *type != "access_request") return malformed("the token is not an access request");
    const base::Status audience_ok = check_audience(token, expected.audience);
    if (!audience_ok) return audience_ok.error();
    const base::Result<nkeys::PublicKey> key = requesting_key(token);
    if (!key) return key.error();
    const base::Status time_ok = check_time(token, expected.now);
    if (!time_ok) return time_ok.error();
    if (fields.contains("identity")) {
        return base::Error{Reason::bad_identity, "this service checks no identities of other systems"};
    }
    base::Result<Wish> wish = read_wish(token, fields);
    if (!wish) return wish.error();
    return AccessRequest{.key = *key, .wish = std::move(*wish), .issued_at = token.issued_at};
}

}  // namespace

std::string encode_request(const Wish& wish, const nkeys::SigningKey& key, const RequestOrigin& origin,
                           base::Random& random) {
    Json body{{"type", "access_request"}, {"version", 2}, {"nonce", fresh_nonce(random)}};
    if (!wish.role.empty()) body["role"] = wish.role;
    if (wish.ttl) body["ttl"] = wish.ttl->count();
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = key.public_key().text();
    draft.name = wish.name;
    draft.audience = origin.audience;
    draft.claims.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return jwt::sign(draft, key, origin.now)->text();
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
