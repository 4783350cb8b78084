#include <natscreds/jwt/trust.h>

#include <algorithm>
#include <string>

#include <natscreds/jwt/errc.h>
#include <natscreds/jwt/template.h>

namespace natscreds::jwt {
namespace {

template <class C>
base::Status check_time(const Decoded<C>& token, base::Time now) {
    if (token.expired(now) || token.too_early(now))
        return base::Error{Errc::not_in_time,
                           token.content.subject + " " + base::why_not_valid(token.validity(), now)};
    return {};
}

/// Under strict signing key usage the identity key signs the operator's own token and nothing else.
bool signed_by_operator(const Decoded<OperatorClaims>& trusted, const std::string& issuer,
                        const std::string& subject) {
    const OperatorClaims& claims = trusted.claims();
    if (issuer == trusted.content.subject) return !claims.strict_signing_key_usage || subject == issuer;
    return std::ranges::find(claims.signing_keys, issuer) != claims.signing_keys.end();
}

enum class IdentityKey { may_sign, may_not_sign };

bool signed_by_account(const Decoded<AccountClaims>& account, const Decoded<UserClaims>& user,
                       IdentityKey identity) {
    const std::string issuer = user.issuer.text();
    const std::string& account_key = account.content.subject;
    const std::string& named = user.claims().issuer_account;
    if (issuer == account_key) {
        return identity == IdentityKey::may_sign && (named.empty() || named == account_key);
    }
    return named == account_key && account.claims().signing_keys.contains(issuer);
}

/// The scope of the key that signed the user; null for a key without one.
const UserScope* scope_of(const Decoded<AccountClaims>& account, const Decoded<UserClaims>& user) {
    const auto key = account.claims().signing_keys.find(user.issuer.text());
    const bool scoped = key != account.claims().signing_keys.end() && key->second.has_value();
    return scoped ? &*key->second : nullptr;
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
    const IdentityKey identity =
        operator_.claims().strict_signing_key_usage ? IdentityKey::may_not_sign : IdentityKey::may_sign;
    if (!signed_by_account(account.decoded(), user, identity)) {
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
                                                         const Trusted<AccountClaims>& account) {
    const UserScope* scope = scope_of(account.decoded(), user.decoded());
    if (scope != nullptr) {
        return fill_template(scope->permissions, {.name = user.decoded().content.name,
                                                  .subject = user.decoded().content.subject,
                                                  .tags = user.claims().tags,
                                                  .account_name = account.decoded().content.name,
                                                  .account_subject = account.decoded().content.subject,
                                                  .account_tags = account.claims().tags});
    }
    UserPermissionLimits own = user.claims();
    const bool has_none = own.pub.empty() && own.sub.empty() && !own.resp;
    if (has_none) static_cast<Permissions&>(own) = account.claims().default_permissions;
    return own;
}

}  // namespace natscreds::jwt
