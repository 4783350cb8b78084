#include <natscreds/jwt/trust.h>

#include <string>

#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/template.h>

#include "signers.h"

namespace natscreds::jwt {
namespace {

template <class C>
base::Status check_time(const Decoded<C>& token, base::Time now) {
    if (token.expired(now) || token.too_early(now))
        return base::Error{Errc::not_in_time,
                           token.content.subject + " " + base::why_not_valid(token.validity(), now)};
    return {};
}

}  // namespace

base::Result<TrustChain> TrustChain::create(Decoded<OperatorClaims> trusted_operator, base::Time now) {
    const base::Status in_time = check_time(trusted_operator, now);
    if (!in_time) return in_time.error();
    const std::string issuer = trusted_operator.issuer.text();
    if (!signed_by_operator(trusted_operator, issuer, trusted_operator.content.subject)) {
        return base::Error{Errc::untrusted_issuer, issuer};
    }
    return TrustChain(std::move(trusted_operator));
}

base::Result<Trusted<AccountClaims>> TrustChain::authorize(Decoded<AccountClaims> account,
                                                           base::Time now) const {
    const base::Status in_time = check_time(account, now);
    if (!in_time) return in_time.error();
    const std::string issuer = account.issuer.text();
    if (!signed_by_operator(operator_, issuer, account.content.subject)) {
        return base::Error{Errc::untrusted_issuer, issuer};
    }
    return Trusted<AccountClaims>(std::move(account));
}

base::Result<Trusted<UserClaims>> TrustChain::authorize(Decoded<UserClaims> user,
                                                        const Trusted<AccountClaims>& account,
                                                        base::Time now) const {
    const base::Status in_time = check_time(user, now);
    if (!in_time) return in_time.error();
    if (!signed_by_account(account.decoded(), user, identity_key_under(operator_.claims()))) {
        return base::Error{Errc::untrusted_issuer, user.issuer.text()};
    }
    if (is_revoked(account.claims().revocations, user.content.subject, user.issued_at)) {
        return base::Error{Errc::revoked, user.content.subject};
    }
    const bool scoped = scope_of(account.decoded(), user) != nullptr;
    if (scoped && user.claims().has_own_permissions()) {
        return base::Error{Errc::own_permissions, user.content.subject};
    }
    return Trusted<UserClaims>(std::move(user));
}

bool is_revoked(const Revocations& revocations, const std::string& key, base::Time issued_at) {
    const auto covers = [&](const std::string& entry) {
        const auto found = revocations.find(entry);
        return found != revocations.end() && found->second >= issued_at.time_since_epoch().count();
    };
    return covers("*") || covers(key);
}

base::Result<UserPermissionLimits> effective_permissions(const Trusted<UserClaims>& user,
                                                         const Trusted<AccountClaims>& account,
                                                         ServerRelease release) {
    return permissions_under(user.decoded(), account.decoded(), release);
}

}  // namespace natscreds::jwt
