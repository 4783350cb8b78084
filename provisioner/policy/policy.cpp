#include <natscreds/provisioner/policy/policy.h>

#include <algorithm>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;
using AccountToken = jwt::Decoded<jwt::AccountClaims>;

base::Error invalid_policy(std::string why) {
    return {std::make_error_code(std::errc::invalid_argument), std::move(why)};
}

}  // namespace

base::Result<Policy> Policy::create(PolicyRules rules, std::vector<Issuer> issuers, std::string account) {
    std::set<std::string> names;
    for (const Issuer& issuer : issuers) {
        const std::string& role = issuer.role().name;
        if (!names.insert(role).second) return invalid_policy("role " + role + " is there twice");
    }
    const std::string& service = rules.service_role;
    if (!service.empty() && !names.contains(service)) return invalid_policy("there is no role " + service);
    if (!names.contains(rules.default_role)) return invalid_policy("there is no role " + rules.default_role);
    Policy policy(std::move(rules), std::move(issuers), std::move(account));
    if (policy.account_.empty()) policy.account_ = (*policy.find(policy.rules_.default_role))->account();
    return policy;
}

Policy Policy::with_account(const AccountToken& account) const {
    Policy next = *this;
    for (Issuer& issuer : next.issuers_) {
        if (issuer.account() == account.content.subject) issuer = issuer.with_account(account);
    }
    return next;
}

std::vector<const AccountToken*> Policy::account_tokens() const {
    std::vector<const AccountToken*> tokens;
    for (const Issuer& issuer : issuers_) {
        const AccountToken* const token = issuer.account_token();
        const bool known = std::ranges::any_of(
            tokens, [&](const auto* one) { return one->content.subject == issuer.account(); });
        if (token != nullptr && !known) tokens.push_back(token);
    }
    return tokens;
}

const AccountToken* Policy::account_token(std::string_view account) const {
    const auto found = std::ranges::find(issuers_, account, &Issuer::account);
    return found != issuers_.end() ? found->account_token() : nullptr;
}

std::optional<base::Time> Policy::accounts_expire() const {
    std::optional<base::Time> first;
    for (const AccountToken* const token : account_tokens()) {
        const auto expires = token->content.expires;
        if (expires && (!first || *expires < *first)) first = expires;
    }
    return first;
}

std::string Policy::ledger_name(const Issuer& issuer, const Name& name) const {
    return issuer.account() == account_ ? name.text() : issuer.account() + "/" + name.text();
}

base::Result<const Issuer*> Policy::find(std::string_view role) const {
    const auto found =
        std::ranges::find_if(issuers_, [&](const Issuer& issuer) { return issuer.role().name == role; });
    if (found != issuers_.end()) return &*found;
    return base::Error{Reason::unknown_role, "there is no such role here"};
}

base::Result<const Issuer*> Policy::authorize(std::string_view role,
                                              const std::optional<nkeys::PublicKey>& requester,
                                              const std::optional<NamedRequester>& listed) const {
    const base::Result<const Issuer*> issuer = find(role.empty() ? rules_.default_role : role);
    if (!issuer) return issuer;
    const auto& allowed = (*issuer)->role().requesters;
    const bool by_roles = listed && !listed->roles.empty();
    const bool may_have = by_roles ? listed->roles.contains((*issuer)->role().name)
                                   : allowed.empty() || (requester && allowed.contains(*requester));
    if (may_have) return issuer;
    return base::Error{Reason::role_denied,
                       "the role " + (*issuer)->role().name + " is not for this requester"};
}

base::Result<Name> Policy::unless_reserved(base::Result<Name> name) const {
    if (!name || !rules_.reserved_names.contains(name->text())) return name;
    return base::Error{Reason::bad_name, "the name " + name->text() + " is reserved"};
}

base::Result<Name> Policy::name(std::string_view text) const {
    return unless_reserved(Name::parse(text));
}

base::Result<Name> Policy::plain_name(std::string_view text) const {
    return unless_reserved(Name::fold(text));
}

}  // namespace natscreds::provisioner
