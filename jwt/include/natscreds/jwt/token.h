#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <natscreds/base/clock.h>
#include <natscreds/base/date.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/claims.h>
#include <natscreds/jwt/errc.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::jwt {

/// Claims on their way to being signed: Draft -> Token -> Decoded. `C` is one of AnyClaims or of <natscreds/jwt/authorization_claims.h>.
template <class C>
struct Draft {
    std::string subject;  ///< what the claims are about: a public key, but for GenericClaims anything
    std::string name;
    std::string audience;
    std::optional<base::Time> expires;
    std::optional<base::Time> not_before;
    C claims;
    Extra extra;
};

/// A signed token's text, as it is stored and sent. Only sign() and decode() make one.
class Token {
  public:
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    bool operator==(const Token&) const = default;

  private:
    friend class TokenAccess;
    explicit Token(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A token that has been read.
///
/// Holds:   it is signed by the key that it names as its issuer, that key is of a kind that may issue such
///          claims, and the subject is a key of the kind that they are about.
/// NOT:     trusted. Anyone can make a token that decodes: the issuer is whoever the token says. Whether
///          that issuer matters, and whether the token is in time, is for the caller to find out.
template <class C>
struct Decoded {
    Token token;
    nkeys::PublicKey issuer;
    base::Time issued_at;
    std::string id;  ///< jti
    Draft<C> content;

    [[nodiscard]] const C& claims() const noexcept { return content.claims; }
    [[nodiscard]] bool expired(base::Time now) const noexcept {
        return content.expires && *content.expires < now;
    }
    [[nodiscard]] base::Validity validity() const noexcept {
        return {.not_before = content.not_before, .expires = content.expires};
    }
    [[nodiscard]] bool too_early(base::Time now) const noexcept {
        return content.not_before && *content.not_before > now;
    }
};

using AnyDecoded = std::variant<Decoded<OperatorClaims>, Decoded<AccountClaims>, Decoded<UserClaims>,
                                Decoded<ActivationClaims>, Decoded<GenericClaims>>;

/// Signs claims, byte for byte as the Go library does.
/// Fails: Errc::bad_subject, wrong_issuer_kind; bad_json when a GenericClaims body is not a JSON object.
template <class C>
[[nodiscard]] base::Result<Token> sign(const Draft<C>& draft, const nkeys::SigningKey& issuer,
                                       base::Time issued_at);

/// The same, for whom the claims go on to matter: what decode() would read of the token, without reading it.
template <class C>
[[nodiscard]] base::Result<Decoded<C>> issue(Draft<C> draft, const nkeys::SigningKey& issuer,
                                             base::Time issued_at);

/// Reads a token. Line ends around it are passed over.
/// Fails: Errc::too_large, bad_shape, bad_base64, bad_header, bad_json, old_version, unknown_version,
///        wrong_type, bad_signature, wrong_issuer_kind, bad_subject, tested in that order.
/// Source: nats-io/jwt v2 decoder.go.
template <class C>
[[nodiscard]] base::Result<Decoded<C>> decode(std::string_view text);

/// The same for a token of any type; what is none of the known types is GenericClaims.
[[nodiscard]] base::Result<AnyDecoded> decode_any(std::string_view text);

/// The claims of a token as JSON, indented, fields in the order of their names: for people to read.
/// Nothing is verified; the text must be that of a Token.
[[nodiscard]] std::string pretty_payload(const Token& token);

}  // namespace natscreds::jwt
