#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/claims.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/identity_rule.h>
#include <natscreds/provisioner/identity/key_set.h>

namespace natscreds::provisioner::identity {

/// What a token of an OpenID Connect issuer must be like to count here: `[[identity.oidc]]`.
struct OidcExpected {
    std::string name;                    ///< of the identity, as the configuration calls it
    std::string issuer;                  ///< letter for letter, with or without a slash at its end
    std::vector<std::string> audiences;  ///< one of which it must be made for
    std::vector<std::string> azp = {};   ///< clients, to one of which it must have been issued; empty: to any
    std::vector<IdentityRule> rules = {};
    std::chrono::seconds clock_tolerance{
        30};  ///< for a token of a moment to come; none for one that has expired

    bool operator==(const OidcExpected&) const = default;
};

/// What a token says of its owner.
struct OidcClaims {
    std::string identity;  ///< OidcExpected::name
    std::string issuer;
    std::string subject;  ///< 1 to 255 printable ASCII characters, unique at the issuer
    base::Time expires = {};
    Claims claims = {};
};

/// Somebody, or something, that an OpenID Connect issuer knows, verified to be the one who asks.
///
/// Holds:   made only by verify_oidc; what is granted on the strength of it must end by claims().expires.
/// Source:  OpenID Connect Core 1.0 sections 2 and 3.1.3.7.
class OidcIdentity {
  public:
    [[nodiscard]] const OidcClaims& claims() const noexcept { return claims_; }
    /// What the identity's rules give to it.
    [[nodiscard]] const IdentityRule& rule() const noexcept { return rule_; }

  private:
    OidcIdentity(OidcClaims claims, IdentityRule rule) : claims_(std::move(claims)), rule_(std::move(rule)) {}
    friend base::Result<OidcIdentity> verify_oidc(const ForeignJwt& token, const KeySet& keys,
                                                  const OidcExpected& expected, base::Time now);

    OidcClaims claims_;
    IdentityRule rule_;
};

/// What the token claims, if it is for us and in time. Nobody has verified it, and no rule was looked at.
///
/// Fails:   Errc::wrong_issuer, wrong_audience, wrong_party, expired, not_yet_valid, in that order; bad_claim where
///          one of them, `iat` or `sub` cannot be read.
[[nodiscard]] base::Result<OidcClaims> examine_oidc(const ForeignJwt& token, const OidcExpected& expected,
                                                    base::Time now);

/// The one it names, by the signature of the issuer's key and the identity's rules.
/// Fails: as KeySet::verify, then as examine_oidc, then as choose_rule.
[[nodiscard]] base::Result<OidcIdentity> verify_oidc(const ForeignJwt& token, const KeySet& keys,
                                                     const OidcExpected& expected, base::Time now);

}  // namespace natscreds::provisioner::identity
