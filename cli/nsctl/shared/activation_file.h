#pragma once

#include <string>

#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

#include "session.h"

namespace natscreds::nsctl {

/// The activation in a file that may be imported by this account.
/// Fails: Errc::over_http for a URL; accounts::Errc::not_for_this; the errors of read_token().
[[nodiscard]] base::Result<jwt::Decoded<jwt::ActivationClaims>> read_activation(const Session& session,
                                                                                const std::string& file,
                                                                                const std::string& account);

/// Writes what the activation says into an import: which account exports what.
void use_activation(jwt::Import& target, const jwt::Decoded<jwt::ActivationClaims>& activation);

}  // namespace natscreds::nsctl
