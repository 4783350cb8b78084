#include <natscreds/provisioner/policy/issuer.h>

#include <algorithm>

#include <natscreds/access/reason.h>
#include <natscreds/base/date.h>
#include <natscreds/base/error_category.h>
#include <natscreds/jwt/trust.h>

namespace natscreds::provisioner {
namespace {

const char* describe(IssuerErrc code) {
    switch (code) {
        case IssuerErrc::key_not_listed:
            return "the signing key is not one of the account's signing keys";
        case IssuerErrc::account_expired:
            return "the account's JWT cannot be used now";
        case IssuerErrc::scope_differs:
            return "the signing key's scope is not the role's permissions";
        case IssuerErrc::token_too_large:
            return "a JWT of this role would not fit into a server's CONNECT line";
    }
    return "unknown error";
}

constinit const base::ErrorCategory<IssuerErrc> category("issuer", describe);

/// A server reads at most 4096 bytes of CONNECT, and a client puts more into it than the JWT: signature,
/// names, version, options.
constexpr std::size_t connect_line = 4096;
constexpr std::size_t rest_of_connect = 512;

using SigningKeys = std::map<std::string, std::optional<jwt::UserScope>>;

/// The keys whose users have the same role as those of `own`, and may do the same: a renewal gives no other rights than
/// there were, so a template that was changed for a new key is for those who ask anew.
std::vector<std::string> keys_like(const SigningKeys& keys, const std::optional<jwt::UserScope>& own) {
    std::vector<std::string> alike;
    for (const auto& [key, scope] : keys) {
        const bool same =
            own ? scope && scope->role == own->role && scope->permissions == own->permissions : !scope;
        if (same) alike.push_back(key);
    }
    return alike;
}

base::Status check_scope(const std::optional<jwt::UserScope>& scope, const Role& role) {
    if (!scope || scope->permissions == role.permissions) return {};
    return base::Error{IssuerErrc::scope_differs, "role " + role.name + ", scope " + scope->role};
}

using AccountToken = jwt::Decoded<jwt::AccountClaims>;

bool in_time(const AccountToken& account, base::Time now) {
    return !account.expired(now) && !account.too_early(now);
}

}  // namespace

std::error_code make_error_code(IssuerErrc code) noexcept {
    return {static_cast<int>(code), category};
}

base::Result<Issuer> Issuer::create(Parts parts, base::Time now) {
    const std::string key = parts.key.public_key().text();
    std::optional<jwt::UserScope> scope;
    std::vector<std::string> issuers{key};
    if (const auto* const account = std::get_if<AccountToken>(&parts.account)) {
        const std::string& subject = account->content.subject;
        if (const std::string wrong = base::why_not_valid(account->validity(), now); !wrong.empty())
            return base::Error{IssuerErrc::account_expired, "account " + subject + " " + wrong};
        const SigningKeys& keys = account->claims().signing_keys;
        const auto listed = keys.find(key);
        if (listed == keys.end()) {
            return base::Error{IssuerErrc::key_not_listed, "signing key " + key + ", account " + subject};
        }
        scope = listed->second;
        issuers = keys_like(keys, scope);
    }
    const base::Status scope_ok = check_scope(scope, parts.role);
    if (!scope_ok) return scope_ok.error();
    Issuer issuer(std::move(parts), scope.has_value(), std::move(issuers));
    const base::Status fits = issuer.check_longest(now);
    if (!fits) return fits.error();
    return issuer;
}

Issuer Issuer::with_account(const AccountToken& account) const {
    Issuer next = *this;
    next.account_ = account;
    const SigningKeys& keys = account.claims().signing_keys;
    const auto listed = keys.find(key_->public_key().text());
    next.listed_ = listed != keys.end() && check_scope(listed->second, role_);
    if (!next.listed_) return next;
    next.scoped_ = listed->second.has_value();
    next.issuers_ = keys_like(keys, listed->second);
    return next;
}

const AccountToken* Issuer::account_token() const noexcept {
    return std::get_if<AccountToken>(&account_);
}

std::optional<base::Time> Issuer::account_expires() const noexcept {
    return account_token() != nullptr ? account_token()->content.expires : std::nullopt;
}

const std::string& Issuer::account() const noexcept {
    return account_token() != nullptr ? account_token()->content.subject
                                      : std::get_if<ConfiguredAccount>(&account_)->name;
}

base::Status Issuer::check_longest(base::Time now) const {
    const Order longest{.name = Name::parse(std::string(Name::longest, 'x')).value(),
                        .key = nkeys::PublicKey::create(nkeys::Kind::user, key_->public_key().bytes()),
                        .expires = now + role_.ttl,
                        .generation = INT32_MAX};
    const base::Result<jwt::Draft<jwt::UserClaims>> draft = draft_for(longest);
    if (!draft) return draft.error();
    const base::Result<jwt::Token> token = jwt::sign(*draft, *key_, now);
    if (!token) return token.error();
    if (!fits_connect(*token)) return base::Error{IssuerErrc::token_too_large, "role " + role_.name};
    return {};
}

bool Issuer::fits_connect(const jwt::Token& token) noexcept {
    return token.text().size() + rest_of_connect <= connect_line;
}

base::Result<base::Time> Issuer::expiry(std::optional<std::chrono::seconds> ttl, base::Time now) const {
    if (ttl && *ttl > role_.ttl) {
        return base::Error{access::Reason::bad_ttl, "the role " + role_.name + " gives at most " +
                                                        std::to_string(role_.ttl.count()) + " seconds"};
    }
    if (!listed_ || (account_token() != nullptr && !in_time(*account_token(), now))) {
        return base::Error{access::Reason::signing_key_unusable, "the service cannot sign at present"};
    }
    const base::Time wanted = now + ttl.value_or(role_.ttl);
    return account_expires() ? std::min(wanted, *account_expires()) : wanted;
}

base::Result<jwt::UserClaims> Issuer::claims_for(const Order& order) const {
    jwt::UserClaims claims = jwt::UserClaims::scoped();
    if (scoped_ && order.permissions)
        return base::Error{IssuerErrc::scope_differs, "permissions that the scope does not have"};
    if (scoped_) return claims;
    const std::string subject = order.key.text();
    base::Result<jwt::UserPermissionLimits> expanded =
        expand(role_, {.subject = subject, .name = order.name.text()});
    if (!expanded) return expanded.error();
    static_cast<jwt::UserPermissionLimits&>(claims) = std::move(*expanded);
    if (order.permissions) static_cast<jwt::Permissions&>(claims) = *order.permissions;
    return claims;
}

base::Result<jwt::Draft<jwt::UserClaims>> Issuer::draft_for(const Order& order) const {
    base::Result<jwt::UserClaims> claims = claims_for(order);
    if (!claims) return claims.error();
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = order.key.text();
    draft.name = order.name.text();
    draft.expires = order.expires;
    draft.claims = std::move(*claims);
    // Servers without an operator look for the account's name in the audience, and refuse an issuer_account.
    (account_token() != nullptr ? draft.claims.issuer_account : draft.audience) = account();
    draft.claims.tags = {"role:" + role_.name, "gen:" + std::to_string(order.generation)};
    draft.claims.tags.insert(draft.claims.tags.end(), order.tags.begin(), order.tags.end());
    return draft;
}

base::Result<jwt::Token> Issuer::issue(const Order& order, base::Time now) const {
    const base::Error unusable{access::Reason::signing_key_unusable, "the service cannot sign at present"};
    if (!listed_) return unusable;
    const base::Result<jwt::Draft<jwt::UserClaims>> draft = draft_for(order);
    if (!draft) return unusable;
    base::Result<jwt::Token> token = jwt::sign(*draft, *key_, now);
    if (!token) return unusable;
    return token;
}

bool Issuer::revoked(const jwt::Decoded<jwt::UserClaims>& user) const {
    if (account_token() == nullptr) return false;
    const jwt::Revocations& revocations = account_token()->claims().revocations;
    return jwt::is_revoked(revocations, user.content.subject, user.issued_at);
}

base::Status Issuer::check_revoked(const nkeys::PublicKey& key, base::Time now) const {
    using access::Reason;
    if (account_token() == nullptr) return {};
    const jwt::Revocations& revocations = account_token()->claims().revocations;
    if (revocations.contains(key.text()))
        return base::Error{Reason::denied,
                           "the account revokes this key: it gets nothing until that is lifted"};
    if (!jwt::is_revoked(revocations, key.text(), now)) return {};
    return base::Error{Reason::denied, "the account revokes all users issued up to a moment to come"};
}

}  // namespace natscreds::provisioner
