#pragma once

#include <natscreds/base/result.h>
#include <natscreds/jwt/user_claims.h>

#include "options/options.h"

namespace natscreds::nsctl {

/// What new users may do, and until when: the options of `add user` and `add users`.
/// Fails: what PermissionOptions says.
struct NewUserOptions {
    Strings tags;
    Strings networks;
    bool bearer = false;
    TimeOptions time;
    PermissionOptions permissions;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] base::Result<jwt::UserClaims> claims() const;
};

}  // namespace natscreds::nsctl
