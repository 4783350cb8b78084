#pragma once

#include <array>
#include <optional>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>

#include "options/options.h"

namespace natscreds::nsctl {

/// What a user, or all users of a signing key, may do: --allow-pub and its like, --time, --payload and the
/// other limits.
///
/// Fails:   what PermissionOptions says; Errc::bad_number, bad_time, bad_connection_type, the option in the
///          detail.
/// Source:  nsc cmd/edituser.go, userpermissionlimits.go.
struct UserLimitOptions {
    PermissionOptions permissions;
    Strings networks;
    Strings removed_networks;
    Strings times;
    Strings removed_times;
    std::optional<std::string> time_zone;
    Strings connection_types;
    Strings removed_connection_types;
    std::array<std::string, 3> limits;  ///< --subs, --data, --payload
    std::optional<bool> bearer;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const;
    [[nodiscard]] base::Result<jwt::UserPermissionLimits> applied_to(jwt::UserPermissionLimits before) const;

    /// A line for each change, as nsc words them.
    [[nodiscard]] Strings report() const;
};

}  // namespace natscreds::nsctl
