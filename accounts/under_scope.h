#pragma once

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::accounts {

/// A user's claims as this key of the account may sign them: with a scoped key nothing but the tags may be
/// set, and everything else is left to the scope. Fails: Errc::scope_decides.
[[nodiscard]] base::Result<jwt::UserClaims> claims_under(jwt::UserClaims claims,
                                                         const jwt::Draft<jwt::AccountClaims>& account,
                                                         const nkeys::PublicKey& signer);

}  // namespace natscreds::accounts
