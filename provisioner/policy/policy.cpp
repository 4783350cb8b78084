#include <natscreds/provisioner/policy/policy.h>

#include <algorithm>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;

base::Error invalid_policy(std::string why) {
    return {std::make_error_code(std::errc::invalid_argument), std::move(why)};
}

}  // namespace

base::Result<Policy> Policy::create(PolicyRules rules, std::vector<Issuer> issuers) {
    std::set<std::string> names;
    for (const Issuer& issuer : issuers) {
        const std::string& role = issuer.role().name;
        if (!names.insert(role).second) return invalid_policy("role " + role + " is there twice");
    }
    const std::string& service = rules.service_role;
    if (!service.empty() && !names.contains(service)) return invalid_policy("there is no role " + service);
    if (!names.contains(rules.default_role)) return invalid_policy("there is no role " + rules.default_role);
    return Policy(std::move(rules), std::move(issuers));
}

Policy Policy::with_account(const jwt::Decoded<jwt::AccountClaims>& account) const {
    std::vector<Issuer> issuers;
    for (const Issuer& issuer : issuers_)
        issuers.push_back(issuer.with_account(account));
    return Policy(rules_, std::move(issuers));
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
