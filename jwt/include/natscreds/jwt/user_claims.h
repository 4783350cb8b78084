#pragma once

#include <string>
#include <vector>

#include <natscreds/jwt/permissions.h>

namespace natscreds::jwt {

/// What a user JWT says. Subject: the user's public key. Signed by the account (issuer_account empty) or by
/// one of its signing keys (issuer_account names the account).
/// Source: nats-io/jwt v2 user_claims.go.
struct UserClaims : UserPermissionLimits {
    std::string issuer_account;
    std::vector<std::string> tags;
    Extra extra;

    /// Claims for a scoped signing key: no permissions or limits of their own, for the server takes all of
    /// them from the scope and refuses anything else.
    [[nodiscard]] static UserClaims scoped();

    /// Whether nothing but the scope can decide what this user may do.
    [[nodiscard]] bool has_own_permissions() const;

    bool operator==(const UserClaims&) const = default;
};

}  // namespace natscreds::jwt
