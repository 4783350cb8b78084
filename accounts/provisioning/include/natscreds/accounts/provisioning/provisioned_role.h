#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>

namespace natscreds::accounts {

/// A role that the provisioning service is to give out: what its users may do, as the template of a scoped signing key.
struct ProvisionedRole {
    std::string name;
    Name account;  ///< that its users are of
    jwt::UserPermissionLimits permissions = {};
};

/// What roles are usually for: "chat", "service", "readonly", "leaf".
[[nodiscard]] std::vector<std::string> presets();

/// A preset's permissions in an account. Fails: Errc::no_preset.
[[nodiscard]] base::Result<jwt::UserPermissionLimits> preset_permissions(std::string_view preset,
                                                                         const Name& account);

/// What each role has besides: an inbox of its own, and renewals.
[[nodiscard]] jwt::UserPermissionLimits with_own_inbox(jwt::UserPermissionLimits permissions);

/// The role of those who ask: for themselves, and nothing else. Its name is "requester".
[[nodiscard]] jwt::UserPermissionLimits requester_permissions();

}  // namespace natscreds::accounts
