#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <natscreds/base/base64url.h>
#include <natscreds/base/letters.h>
#include <natscreds/base/time_at.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/payload.h>
#include <natscreds/jwt/token.h>

#include "claims_json.h"
#include "rules.h"

namespace natscreds::jwt {
namespace {

constexpr std::size_t max_token_bytes = 1024 * 1024;

constexpr std::array<std::string_view, 9> standard_names{"aud",  "exp", "jti", "iat", "iss",
                                                         "name", "nbf", "sub", "nats"};

struct Parts {
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
    std::string_view signed_text;  // header.payload
};

base::Result<Parts> split(std::string_view text) {
    const base::Error bad{Errc::bad_shape, ""};
    const std::size_t first = text.find('.');
    if (first == std::string_view::npos) return bad;
    const std::size_t second = text.find('.', first + 1);
    if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return bad;
    const Parts parts{.header = text.substr(0, first),
                      .payload = text.substr(first + 1, second - first - 1),
                      .signature = text.substr(second + 1),
                      .signed_text = text.substr(0, second)};
    if (parts.header.empty() || parts.payload.empty() || parts.signature.empty()) return bad;
    return parts;
}

base::Result<Json> decode_part(std::string_view part, std::string_view what) {
    const std::optional<base::Bytes> bytes = base::base64url_decode(part);
    if (!bytes) return base::Error{Errc::bad_base64, std::string(what)};
    base::Result<Json> json = parse_object(base::as_text(*bytes));
    if (!json) return json.error().within(what);
    return json;
}

base::Status check_header(std::string_view part) {
    if (part == usual_header) return {};
    const base::Result<Json> json = decode_part(part, "header");
    if (!json) return json.error();
    const base::Result<std::string> type = read_string(*json, "typ");
    const base::Result<std::string> algorithm = read_string(*json, "alg");
    if (!type || !base::equal_without_case(*type, "jwt")) return base::Error{Errc::bad_header, "typ"};
    if (!algorithm) return base::Error{Errc::bad_header, "alg"};
    const std::string name = base::lower(*algorithm);
    // "ed25519" is what version 1 wrote, and what servers still accept.
    if (name != "ed25519-nkey" && name != "ed25519")
        return base::Error{Errc::bad_header, "alg " + *algorithm};
    return {};
}

/// The payload of a token of version 2, and its `nats` object.
struct Payload {
    Json whole;
    const Json* nats;
    std::string type;
};

base::Result<Payload> decode_payload(std::string_view part) {
    base::Result<Json> json = decode_part(part, "payload");
    if (!json) return json.error();
    if (find_field(*json, "type") != nullptr) return base::Error{Errc::old_version, ""};
    const Json* nats = find_field(*json, "nats");
    if (nats == nullptr || !nats->is_object()) return base::Error{Errc::bad_json, "there is no nats object"};
    const base::Result<std::int64_t> version = read_integer(*nats, "version");
    if (!version) return version.error();
    if (*version == 1) return base::Error{Errc::old_version, ""};
    if (*version != 2) return base::Error{Errc::unknown_version, "version " + std::to_string(*version)};
    const base::Result<std::string> type = read_string(*nats, "type");
    if (!type) return type.error();
    // `nats` stays valid: moving a JSON object moves what it points to, not the fields themselves.
    return Payload{std::move(*json), nats, *type};
}

base::Status verify(const Parts& parts, const nkeys::PublicKey& issuer) {
    const std::optional<base::Bytes> bytes = base::base64url_decode(parts.signature);
    if (!bytes) return base::Error{Errc::bad_base64, "signature"};
    nkeys::Signature signature;
    if (bytes->size() != signature.size()) return base::Error{Errc::bad_signature, "wrong length"};
    std::ranges::copy(*bytes, signature.begin());
    if (!issuer.verify(base::as_bytes(parts.signed_text), signature)) {
        return base::Error{Errc::bad_signature, "issuer " + issuer.text()};
    }
    return {};
}

base::Result<base::Time> read_time(const Json& json, std::string_view name) {
    const base::Result<std::int64_t> seconds = read_integer(json, name);
    if (!seconds) return seconds.error();
    const std::optional<base::Time> time = base::time_at(*seconds);
    if (time) return *time;
    return base::Error{Errc::bad_json, std::string(name) + " " + std::to_string(*seconds) +
                                           " is not a time in the years 0 to 9999"};
}

/// 0 is none, as for Go.
base::Result<std::optional<base::Time>> read_optional_time(const Json& json, std::string_view name) {
    const base::Result<base::Time> time = read_time(json, name);
    if (!time) return time.error();
    return *time == base::Time() ? std::nullopt : std::optional(*time);
}

/// A token whose shape, header and version are right; its claims have not been read yet.
struct Opened {
    Token token;
    Parts parts;
    Payload payload;
};

base::Result<Opened> open(std::string_view text) {
    if (text.size() > max_token_bytes) return base::Error{Errc::too_large, ""};
    text = base::trimmed(text);
    const base::Result<Parts> parts = split(text);
    if (!parts) return parts.error();
    const base::Status header_ok = check_header(parts->header);
    if (!header_ok) return header_ok.error();
    base::Result<Payload> payload = decode_payload(parts->payload);
    if (!payload) return payload.error();
    return Opened{TokenAccess::token(std::string(text)), *parts, std::move(*payload)};
}

template <class C>
base::Result<Draft<C>> read_fields(const Json& whole, const Json& nats) {
    const base::Status once = each_once(whole, {standard_names.begin(), standard_names.end()});
    if (!once) return once.error();
    base::Result<C> claims = read_claims<C>(nats);
    if (!claims) return claims.error();
    const base::Result<std::string> subject = read_string(whole, "sub");
    const base::Result<std::string> name = read_string(whole, "name");
    const base::Result<std::string> audience = read_string(whole, "aud");
    for (const auto* text : {&subject, &name, &audience}) {
        if (!*text) return text->error();
    }
    const auto expires = read_optional_time(whole, "exp");
    if (!expires) return expires.error();
    const auto not_before = read_optional_time(whole, "nbf");
    if (!not_before) return not_before.error();
    return Draft<C>{.subject = *subject,
                    .name = *name,
                    .audience = *audience,
                    .expires = *expires,
                    .not_before = *not_before,
                    .claims = std::move(*claims),
                    .extra = unknown_fields(whole, {standard_names.begin(), standard_names.end()})};
}

template <class C>
base::Result<Decoded<C>> finish(Opened opened) {
    const Json& whole = opened.payload.whole;
    base::Result<Draft<C>> draft = read_fields<C>(whole, *opened.payload.nats);
    if (!draft) return draft.error();
    const base::Result<std::string> issuer_text = read_string(whole, "iss");
    if (!issuer_text) return issuer_text.error();
    const base::Result<nkeys::PublicKey> issuer = nkeys::PublicKey::parse(*issuer_text);
    if (!issuer) return base::Error{Errc::bad_signature, "the issuer is not a public key"};
    const base::Status verified = verify(opened.parts, *issuer);
    if (!verified) return verified.error();
    const base::Status issuer_ok = check_issuer(rules<C>(), *issuer);
    if (!issuer_ok) return issuer_ok.error();
    const base::Status subject_ok = check_subject(rules<C>(), draft->subject);
    if (!subject_ok) return subject_ok.error();
    const base::Result<base::Time> issued_at = read_time(whole, "iat");
    if (!issued_at) return issued_at.error();
    const base::Result<std::string> id = read_string(whole, "jti");
    if (!id) return id.error();
    return Decoded<C>{.token = std::move(opened.token),
                      .issuer = *issuer,
                      .issued_at = *issued_at,
                      .id = *id,
                      .content = std::move(*draft)};
}

template <class C>
base::Result<AnyDecoded> finish_any(Opened opened) {
    base::Result<Decoded<C>> decoded = finish<C>(std::move(opened));
    if (!decoded) return decoded.error();
    return AnyDecoded(std::move(*decoded));
}

}  // namespace

template <class C>
base::Result<Decoded<C>> decode(std::string_view text) {
    base::Result<Opened> opened = open(text);
    if (!opened) return opened.error();
    const std::string_view expected = rules<C>().type;
    if (!expected.empty() && opened->payload.type != expected) {
        return base::Error{Errc::wrong_type,
                           "\"" + opened->payload.type + "\" instead of \"" + std::string(expected) + "\""};
    }
    return finish<C>(std::move(*opened));
}

base::Result<AnyDecoded> decode_any(std::string_view text) {
    base::Result<Opened> opened = open(text);
    if (!opened) return opened.error();
    const std::string& type = opened->payload.type;
    if (type == "operator") return finish_any<OperatorClaims>(std::move(*opened));
    if (type == "account") return finish_any<AccountClaims>(std::move(*opened));
    if (type == "user") return finish_any<UserClaims>(std::move(*opened));
    if (type == "activation") return finish_any<ActivationClaims>(std::move(*opened));
    return finish_any<GenericClaims>(std::move(*opened));
}

std::string pretty_payload(const Token& token) {
    const base::Result<Parts> parts = split(token.text());
    const base::Result<Json> json = decode_part(parts->payload, "payload");
    return json->dump(1);
}

template <class C>
base::Result<Draft<C>> read_draft(std::string_view payload) {
    const base::Result<Json> whole = parse_object(payload);
    if (!whole) return whole.error();
    const Json* nats = find_field(*whole, "nats");
    if (nats == nullptr || !nats->is_object()) return base::Error{Errc::bad_json, "there is no nats object"};
    return read_fields<C>(*whole, *nats);
}

template base::Result<Draft<OperatorClaims>> read_draft(std::string_view);
template base::Result<Draft<AccountClaims>> read_draft(std::string_view);
template base::Result<Draft<UserClaims>> read_draft(std::string_view);
template base::Result<Decoded<OperatorClaims>> decode(std::string_view);
template base::Result<Decoded<AccountClaims>> decode(std::string_view);
template base::Result<Decoded<UserClaims>> decode(std::string_view);
template base::Result<Decoded<ActivationClaims>> decode(std::string_view);
template base::Result<Decoded<AuthorizationRequestClaims>> decode(std::string_view);
template base::Result<Decoded<AuthorizationResponseClaims>> decode(std::string_view);
template base::Result<Decoded<GenericClaims>> decode(std::string_view);

}  // namespace natscreds::jwt
