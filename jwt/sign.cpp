#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include <openssl/evp.h>

#include <natscreds/base/base32.h>
#include <natscreds/base/base64url.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/payload.h>
#include <natscreds/jwt/token.h>

#include "claims_json.h"
#include "rules.h"

namespace natscreds::jwt {
namespace {

/// The standard claims, in Go's order. `id` is empty while the id itself is being computed.
struct Standard {
    std::string_view audience;
    std::optional<base::Time> expires;
    std::string_view id;
    base::Time issued_at;
    std::string_view issuer;
    std::string_view name;
    std::optional<base::Time> not_before;
    std::string_view subject;
};

void write_text(base::JsonWriter& out, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    out.key(name);
    out.string(text);
}

void write_time(base::JsonWriter& out, std::string_view name, std::optional<base::Time> time) {
    if (!time || time->time_since_epoch().count() == 0) return;
    out.key(name);
    out.number(time->time_since_epoch().count());
}

void write_standard(base::JsonWriter& out, const Standard& claims) {
    write_text(out, "aud", claims.audience);
    write_time(out, "exp", claims.expires);
    write_text(out, "jti", claims.id);
    write_time(out, "iat", claims.issued_at);
    write_text(out, "iss", claims.issuer);
    write_text(out, "name", claims.name);
    write_time(out, "nbf", claims.not_before);
    write_text(out, "sub", claims.subject);
}

/// Go's jti: a hash of the standard claims without it. It does not cover `nats`.
std::string token_id(const Standard& claims) {
    base::JsonWriter out;
    out.begin_object();
    write_standard(out, claims);
    out.end_object();
    std::array<std::uint8_t, 32> digest;
    // Looked up once: OpenSSL would search its providers at every call.
    static const EVP_MD* const sha512_256 = EVP_MD_fetch(nullptr, "SHA512-256", nullptr);
    const std::string_view text = out.text();
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, sha512_256, nullptr) != 1) std::abort();
    return base::base32_encode(digest);
}

template <class C>
Standard standard_claims(const Draft<C>& draft, std::string_view issuer, base::Time issued_at) {
    return {.audience = draft.audience,
            .expires = draft.expires,
            .id = {},
            .issued_at = issued_at,
            .issuer = issuer,
            .name = draft.name,
            .not_before = draft.not_before,
            .subject = draft.subject};
}

template <class C>
base::Result<std::string> payload(const Draft<C>& draft, const Standard& standard) {
    base::JsonWriter out;
    out.begin_object();
    write_standard(out, standard);
    out.key("nats");
    const base::Status written = write_claims(draft.claims, out);
    if (!written) return written.error();
    write_extra(draft.extra, out);
    out.end_object();
    return out.take();
}

std::string signed_text(std::string_view body, const nkeys::SigningKey& issuer) {
    std::string text(usual_header);
    text.reserve(usual_header.size() + body.size() * 4 / 3 + 100);
    text.push_back('.');
    base::base64url_append(base::as_bytes(body), text);
    const nkeys::Signature signature = issuer.sign(base::as_bytes(text));
    text.push_back('.');
    base::base64url_append(signature, text);
    return text;
}

struct Signed {
    Token token;
    std::string id;
};

template <class C>
base::Result<Signed> sign_draft(const Draft<C>& draft, const nkeys::SigningKey& issuer,
                                base::Time issued_at) {
    const base::Status subject_ok = check_subject(rules<C>(), draft.subject);
    if (!subject_ok) return subject_ok.error();
    const base::Status issuer_ok = check_issuer(rules<C>(), issuer.public_key());
    if (!issuer_ok) return issuer_ok.error();
    const std::string issuer_text = issuer.public_key().text();
    Standard standard = standard_claims(draft, issuer_text, issued_at);
    std::string id = token_id(standard);
    standard.id = id;
    const base::Result<std::string> body = payload(draft, standard);
    if (!body) return body.error();
    return Signed{TokenAccess::token(signed_text(*body, issuer)), std::move(id)};
}

}  // namespace

template <class C>
base::Result<Token> sign(const Draft<C>& draft, const nkeys::SigningKey& issuer, base::Time issued_at) {
    base::Result<Signed> made = sign_draft(draft, issuer, issued_at);
    if (!made) return made.error();
    return std::move(made->token);
}

template <class C>
base::Result<Decoded<C>> issue(Draft<C> draft, const nkeys::SigningKey& issuer, base::Time issued_at) {
    base::Result<Signed> made = sign_draft(draft, issuer, issued_at);
    if (!made) return made.error();
    return Decoded<C>{.token = std::move(made->token),
                      .issuer = issuer.public_key(),
                      .issued_at = issued_at,
                      .id = std::move(made->id),
                      .content = std::move(draft)};
}

template <class C>
base::Result<std::string> draft_payload(const Draft<C>& draft) {
    return payload(draft, standard_claims(draft, "", base::Time()));
}

template base::Result<std::string> draft_payload(const Draft<OperatorClaims>&);
template base::Result<std::string> draft_payload(const Draft<AccountClaims>&);
template base::Result<std::string> draft_payload(const Draft<UserClaims>&);
template base::Result<Token> sign(const Draft<OperatorClaims>&, const nkeys::SigningKey&, base::Time);
template base::Result<Token> sign(const Draft<AccountClaims>&, const nkeys::SigningKey&, base::Time);
template base::Result<Token> sign(const Draft<UserClaims>&, const nkeys::SigningKey&, base::Time);
template base::Result<Token> sign(const Draft<ActivationClaims>&, const nkeys::SigningKey&, base::Time);
template base::Result<Token> sign(const Draft<AuthorizationRequestClaims>&, const nkeys::SigningKey&,
                                  base::Time);
template base::Result<Token> sign(const Draft<AuthorizationResponseClaims>&, const nkeys::SigningKey&,
                                  base::Time);
template base::Result<Token> sign(const Draft<GenericClaims>&, const nkeys::SigningKey&, base::Time);
template base::Result<Decoded<OperatorClaims>> issue(Draft<OperatorClaims>, const nkeys::SigningKey&,
                                                     base::Time);
template base::Result<Decoded<AccountClaims>> issue(Draft<AccountClaims>, const nkeys::SigningKey&,
                                                    base::Time);
template base::Result<Decoded<UserClaims>> issue(Draft<UserClaims>, const nkeys::SigningKey&, base::Time);
template base::Result<Decoded<ActivationClaims>> issue(Draft<ActivationClaims>, const nkeys::SigningKey&,
                                                       base::Time);
template base::Result<Decoded<GenericClaims>> issue(Draft<GenericClaims>, const nkeys::SigningKey&,
                                                    base::Time);

}  // namespace natscreds::jwt
