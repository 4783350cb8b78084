#include "signed_text.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include <natscreds/base/base64url.h>
#include <natscreds/base/time_at.h>
#include <natscreds/chat-client/model/errc.h>
#include <natscreds/jwt/token.h>

namespace natscreds::chat {
namespace {

using Json = nlohmann::json;

const base::Error not_signed_text{Errc::not_a_message, ""};

struct TokenParts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view header_and_payload;
};

std::optional<TokenParts> split_token(std::string_view token) {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return TokenParts{.header = token.substr(0, first),
                      .payload = token.substr(first + 1, second - first - 1),
                      .signature = token.substr(second + 1),
                      .header_and_payload = token.substr(0, second)};
}

Json object_in(std::string_view part) {
    const std::optional<base::Bytes> bytes = base::base64url_decode(part);
    if (!bytes) return {};
    Json json = Json::parse(base::as_text(*bytes), nullptr, false);
    return json.is_object() ? json : Json();
}

std::string text_in(const Json& json, const char* field) {
    const auto found = json.find(field);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<base::Time> time_in(const Json& json, const char* field) {
    const auto found = json.find(field);
    if (found == json.end() || !found->is_number_integer()) return std::nullopt;
    return found->is_number_unsigned() ? base::time_at(found->get<std::uint64_t>())
                                       : base::time_at(found->get<std::int64_t>());
}

/// Version 1 signs the payload alone. Source: nats-io/jwt v2 decoder.go, verify.
std::string_view signed_part(const TokenParts& parts, const Json& header) {
    return text_in(header, "alg") == "ed25519" ? parts.payload : parts.header_and_payload;
}

base::Status check_signature(const TokenParts& parts, const Json& header, const nkeys::PublicKey& issuer) {
    const std::optional<base::Bytes> bytes = base::base64url_decode(parts.signature);
    nkeys::Signature signature{};
    if (!bytes || bytes->size() != signature.size()) return base::Error{Errc::bad_signature, ""};
    std::ranges::copy(*bytes, signature.begin());
    if (issuer.verify(base::as_bytes(signed_part(parts, header)), signature)) return {};
    return base::Error{Errc::bad_signature, ""};
}

/// What jwt::decode refuses for its version, and was signed all the same.
base::Result<SignedText> read_older(const TokenParts& parts) {
    const Json header = object_in(parts.header);
    const Json claims = object_in(parts.payload);
    if (!header.is_object() || !claims.is_object()) return not_signed_text;
    const auto issuer = nkeys::PublicKey::parse(text_in(claims, "iss"), nkeys::Kind::user);
    const auto issued_at = time_in(claims, "iat");
    const auto body = claims.find("nats");
    if (!issuer || !issued_at || body == claims.end() || !body->is_object()) return not_signed_text;
    if (const base::Status status = check_signature(parts, header, *issuer); !status) return status.error();
    Json fields = *body;
    // Version 1 has the type beside the body, not inside.
    if (!fields.contains("type")) fields["type"] = text_in(claims, "type");
    return SignedText{.issuer = *issuer,
                      .issued_at = *issued_at,
                      .expires = time_in(claims, "exp"),
                      .subject = text_in(claims, "sub"),
                      .name = text_in(claims, "name"),
                      .body = fields.dump(),
                      .signature = std::string(parts.signature)};
}

bool is_of_another_version(const std::error_code& error) {
    return error == jwt::Errc::old_version || error == jwt::Errc::unknown_version;
}

}  // namespace

base::Result<SignedText> read_signed_text(std::string_view token) {
    const std::optional<TokenParts> parts = split_token(token);
    if (!parts) return not_signed_text;
    const auto decoded = jwt::decode<jwt::GenericClaims>(token);
    if (decoded) {
        if (decoded->issuer.kind() != nkeys::Kind::user) return not_signed_text;
        return SignedText{.issuer = decoded->issuer,
                          .issued_at = decoded->issued_at,
                          .expires = decoded->content.expires,
                          .subject = decoded->content.subject,
                          .name = decoded->content.name,
                          .body = decoded->claims().body,
                          .signature = std::string(parts->signature)};
    }
    if (is_of_another_version(decoded.error().code)) return read_older(*parts);
    if (decoded.error().code == jwt::Errc::bad_signature) return base::Error{Errc::bad_signature, ""};
    return not_signed_text;
}

}  // namespace natscreds::chat
