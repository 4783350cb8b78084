#pragma once

#include <string>

#include <natscreds/jwt/server_release.h>
#include <natscreds/jwt/token.h>

/// Who may have signed what.
namespace natscreds::jwt {

/// Under strict signing key usage the identity key signs the operator's own token and nothing else.
[[nodiscard]] bool signed_by_operator(const Decoded<OperatorClaims>& trusted, const std::string& issuer,
                                      const std::string& subject);

enum class IdentityKey { may_sign, may_not_sign };

/// Whether an account's identity key may sign its users.
[[nodiscard]] IdentityKey identity_key_under(const OperatorClaims& trusted);

[[nodiscard]] bool signed_by_account(const Decoded<AccountClaims>& account, const Decoded<UserClaims>& user,
                                     IdentityKey identity);

/// The scope of the key that signed the user; null for a key without one.
[[nodiscard]] const UserScope* scope_of(const Decoded<AccountClaims>& account,
                                        const Decoded<UserClaims>& user);

/// See effective_permissions().
[[nodiscard]] base::Result<UserPermissionLimits> permissions_under(const Decoded<UserClaims>& user,
                                                                   const Decoded<AccountClaims>& account,
                                                                   ServerRelease release);

}  // namespace natscreds::jwt
