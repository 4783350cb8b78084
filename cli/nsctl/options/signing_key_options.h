#pragma once

#include <optional>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/jwt/account_claims.h>

#include "options/user_limit_options.h"

namespace natscreds::nsctl {

/// The scope of a signing key: --role, --description and what its users may do.
struct ScopeOptions {
    std::optional<std::string> role;
    std::optional<std::string> description;
    UserLimitOptions limits;

    [[nodiscard]] console::OptionList options();
    [[nodiscard]] bool given() const { return role || description || limits.given(); }

    /// A scope with these changes made; one that was not there begins without any limit.
    /// Fails: what UserLimitOptions says; jwt::Errc::bad_template.
    [[nodiscard]] base::Result<jwt::UserScope> applied_to(std::optional<jwt::UserScope> before) const;
    [[nodiscard]] Strings report() const;
};

/// --sk, for one of an account's signing keys.
[[nodiscard]] console::Option signing_key_option(std::string& key);

/// The public key of an account's signing key, named by its role, its public key, or its private key in
/// whatever form. Fails: accounts::Errc::no_such_key; what accounts::find_key() says.
[[nodiscard]] base::Result<std::string> listed_signing_key(const Session& session,
                                                           const jwt::AccountClaims& account,
                                                           const std::string& named);

}  // namespace natscreds::nsctl
