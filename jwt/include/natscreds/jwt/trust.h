#pragma once

#include <utility>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/server_release.h>
#include <natscreds/jwt/token.h>

namespace natscreds::jwt {

/// Claims that an operator stands behind.
///
/// Holds:   at the moment it was checked, each token from the operator's down to this one was in time and
///          signed by a key that the one above it lists and lets sign; a user was not revoked, and carries no
///          permissions of its own if its key is scoped. Only the functions below make one.
template <class C>
class Trusted {
  public:
    [[nodiscard]] const Decoded<C>& decoded() const noexcept { return decoded_; }
    [[nodiscard]] const C& claims() const noexcept { return decoded_.claims(); }

  private:
    friend class TrustChain;
    explicit Trusted(Decoded<C> decoded) : decoded_(std::move(decoded)) {}
    Decoded<C> decoded_;
};

/// Checks tokens against an operator that the caller has chosen to trust.
///
/// Fails:   with Errc::not_in_time, untrusted_issuer, and for users revoked and own_permissions, tested in
///          that order.
/// Source:  nats-io/jwt v2, DidSign; nats-server auth.go.
class TrustChain {
  public:
    /// The operator's token must be signed by its own identity key or by one of its signing keys.
    [[nodiscard]] static base::Result<TrustChain> create(Decoded<OperatorClaims> trusted_operator,
                                                         base::Time now);

    [[nodiscard]] base::Result<Trusted<AccountClaims>> authorize(Decoded<AccountClaims> account,
                                                                 base::Time now) const;
    [[nodiscard]] base::Result<Trusted<UserClaims>> authorize(Decoded<UserClaims> user,
                                                              const Trusted<AccountClaims>& account,
                                                              base::Time now) const;

  private:
    explicit TrustChain(Decoded<OperatorClaims> trusted_operator) : operator_(std::move(trusted_operator)) {}
    Decoded<OperatorClaims> operator_;
};

/// Whether the account has revoked its users' tokens of that age: all users', or those of this key.
[[nodiscard]] bool is_revoked(const Revocations& revocations, const std::string& key, base::Time issued_at);

/// What a server lets this user do: its own permissions, or its key's scope with the template filled in, or
/// the account's defaults when it has none. Fails: Errc::bad_template.
[[nodiscard]] base::Result<UserPermissionLimits> effective_permissions(
    const Trusted<UserClaims>& user, const Trusted<AccountClaims>& account,
    ServerRelease release = newest_release);

}  // namespace natscreds::jwt
