#include "under_scope.h"

namespace natscreds::accounts {
namespace {

const jwt::UserPermissionLimits& limits_of(const jwt::UserClaims& claims) {
    return claims;
}

/// Nothing is written for a scoped user, and no limit for a new one that sets none.
bool sets_nothing(const jwt::UserClaims& claims) {
    return limits_of(claims) == limits_of(jwt::UserClaims::scoped()) ||
           limits_of(claims) == jwt::UserPermissionLimits{};
}

bool has_scope(const jwt::Draft<jwt::AccountClaims>& account, const nkeys::PublicKey& signer) {
    const auto listed = account.claims.signing_keys.find(signer.text());
    return listed != account.claims.signing_keys.end() && listed->second;
}

}  // namespace

base::Result<jwt::UserClaims> claims_under(jwt::UserClaims claims,
                                           const jwt::Draft<jwt::AccountClaims>& account,
                                           const nkeys::PublicKey& signer) {
    const bool scoped = has_scope(account, signer);
    if (scoped && !sets_nothing(claims)) return base::Error{Errc::scope_decides, signer.text()};
    jwt::UserPermissionLimits& limits = claims;
    if (scoped) {
        limits = jwt::UserClaims::scoped();
    } else if (sets_nothing(claims)) {
        limits = {};
    }
    const bool by_identity = signer.text() == account.subject;
    claims.issuer_account = by_identity ? "" : account.subject;
    return claims;
}

}  // namespace natscreds::accounts
