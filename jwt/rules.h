#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/token.h>

namespace natscreds::jwt {

/// The only one who may turn text into a Token.
class TokenAccess {
  public:
    static Token token(std::string text) { return Token(std::move(text)); }
};

/// {"typ":"JWT","alg":"ed25519-nkey"} in base64url: what we write, and what nearly every token begins with.
constexpr std::string_view usual_header = "eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ";

/// What a type of claims demands of its issuer and its subject.
/// No `subject_kind`: any text will do. No `issuer_kinds`: any key.
struct Rules {
    std::string_view type;
    std::optional<nkeys::Kind> subject_kind;
    std::span<const nkeys::Kind> issuer_kinds;
};

/// `C` as in a Draft.
template <class C>
Rules rules();

// Each is declared before it is used, whichever source comes first.
template <>
Rules rules<OperatorClaims>();
template <>
Rules rules<AccountClaims>();
template <>
Rules rules<UserClaims>();
template <>
Rules rules<ActivationClaims>();
template <>
Rules rules<AuthorizationRequestClaims>();
template <>
Rules rules<AuthorizationResponseClaims>();
template <>
Rules rules<GenericClaims>();

/// Fails: Errc::wrong_issuer_kind.
[[nodiscard]] base::Status check_issuer(const Rules& rules, const nkeys::PublicKey& issuer);

/// Fails: Errc::bad_subject.
[[nodiscard]] base::Status check_subject(const Rules& rules, const std::string& subject);

}  // namespace natscreds::jwt
