#include "signers.h"

#include <algorithm>

#include <natscreds/jwt/template.h>

namespace natscreds::jwt {

bool signed_by_operator(const Decoded<OperatorClaims>& trusted, const std::string& issuer,
                        const std::string& subject) {
    const OperatorClaims& claims = trusted.claims();
    if (issuer == trusted.content.subject) return !claims.strict_signing_key_usage || subject == issuer;
    return std::ranges::find(claims.signing_keys, issuer) != claims.signing_keys.end();
}

IdentityKey identity_key_under(const OperatorClaims& trusted) {
    return trusted.strict_signing_key_usage ? IdentityKey::may_not_sign : IdentityKey::may_sign;
}

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

const UserScope* scope_of(const Decoded<AccountClaims>& account, const Decoded<UserClaims>& user) {
    const auto key = account.claims().signing_keys.find(user.issuer.text());
    const bool scoped = key != account.claims().signing_keys.end() && key->second.has_value();
    return scoped ? &*key->second : nullptr;
}

base::Result<UserPermissionLimits> permissions_under(const Decoded<UserClaims>& user,
                                                     const Decoded<AccountClaims>& account,
                                                     ServerRelease release) {
    const UserScope* const scope = scope_of(account, user);
    if (scope != nullptr) {
        const TemplateValues values{.name = user.content.name,
                                    .subject = user.content.subject,
                                    .tags = user.claims().tags,
                                    .account_name = account.content.name,
                                    .account_subject = account.content.subject,
                                    .account_tags = account.claims().tags};
        return fill_template(scope->permissions, values, release);
    }
    UserPermissionLimits own = user.claims();
    const bool has_none = own.pub.empty() && own.sub.empty() && !own.resp;
    if (has_none) static_cast<Permissions&>(own) = account.claims().default_permissions;
    return own;
}

}  // namespace natscreds::jwt
