#include "signed_request.h"

#include <array>
#include <cstdint>
#include <utility>

#include <natscreds/base/base64url.h>
#include <natscreds/base/date.h>

namespace natscreds::access {
namespace {

using Json = nlohmann::json;
using Decoded = jwt::Decoded<jwt::GenericClaims>;

std::string fresh_nonce(base::Random& random) {
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    return base::base64url_encode(bytes);
}

base::Status check_audience(const Decoded& token, std::string_view audience) {
    if (token.content.audience == audience) return {};
    return base::Error{Reason::bad_audience, "the request is not for " + std::string(audience)};
}

/// iss = sub: who signs is who asks.
base::Status check_key(const Decoded& token) {
    if (token.issuer.kind() != nkeys::Kind::user) return malformed("the request is not signed by a user key");
    if (token.content.subject == token.issuer.text()) return {};
    return malformed("the request's issuer is not its subject");
}

base::Status check_time(const Decoded& token, base::Time now) {
    const auto distance = token.issued_at > now ? token.issued_at - now : now - token.issued_at;
    if (distance <= clock_tolerance) return {};
    return base::Error{Reason::stale, "the request is of " + base::time_of(token.issued_at, now) +
                                          ", more than " + std::to_string(clock_tolerance.count()) +
                                          " seconds from the service's " + base::time_of(now, now)};
}

}  // namespace

std::string sign_request(const RequestContent& content, const nkeys::SigningKey& key,
                         const RequestOrigin& origin, base::Random& random) {
    Json body = content.fields;
    body["version"] = 2;
    body["nonce"] = fresh_nonce(random);
    jwt::Draft<jwt::GenericClaims> draft;
    draft.subject = key.public_key().text();
    draft.name = content.name;
    draft.audience = origin.audience;
    draft.claims.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return jwt::sign(draft, key, origin.now)->text();
}

base::Status check_signed_request(const Decoded& token, const Json& fields, const ExpectedRequest& expected) {
    const base::Result<std::string> type = text_field(fields, "type");
    if (!type || *type != expected.type)
        return malformed("the token is not of the type " + std::string(expected.type));
    const base::Status audience_ok = check_audience(token, expected.origin.audience);
    if (!audience_ok) return audience_ok;
    const base::Status key_ok = check_key(token);
    if (!key_ok) return key_ok;
    return check_time(token, expected.origin.now);
}

base::Result<std::string> text_field(const Json& fields, const char* name) {
    const auto field = fields.find(name);
    if (field == fields.end()) return std::string();
    if (!field->is_string()) return malformed(std::string(name) + " is not a text");
    return field->get<std::string>();
}

Json encode_identity(const Identity& identity) {
    return {{"kind", identity.kind}, {"token", base::as_text(identity.token.expose())}};
}

base::Result<std::optional<Identity>> identity_field(const Json& fields) {
    const auto field = fields.find("identity");
    if (field == fields.end()) return std::optional<Identity>();
    const Json kind = field->is_object() ? field->value("kind", Json()) : Json();
    const Json token = field->is_object() ? field->value("token", Json()) : Json();
    if (!kind.is_string() || !token.is_string() || field->size() != 2)
        return base::Error{Reason::bad_identity, "the identity is not a kind and a token"};
    const auto& text = token.get_ref<const std::string&>();
    return std::optional(
        Identity{.kind = kind.get<std::string>(), .token = base::Secret::copy_of(base::as_bytes(text))});
}

base::Error malformed(std::string why) {
    return {Reason::malformed, std::move(why)};
}

base::Error refusal_of(const base::Error& error) {
    if (error.code == jwt::Errc::bad_signature) {
        return {Reason::bad_signature, "the request is not signed by the key it names as its issuer"};
    }
    return malformed("the request cannot be read: " + error.code.message());
}

}  // namespace natscreds::access
