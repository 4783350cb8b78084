#include "possible_names.h"

#include <algorithm>

namespace natscreds::provisioner {
namespace {

using identity::IdentityRule;

/// As Callout makes a name.
std::string pattern_of(const IdentityRule& rule, const Policy& policy) {
    if (!rule.name.empty()) return rule.name;
    const auto issuer = policy.find(rule.role);
    return issuer ? (*issuer)->role().default_name : std::string();
}

FactWildcards known_by(const IdentityRule& rule) {
    FactWildcards known;
    for (const identity::Condition& condition : rule.when)
        known["claim(" + condition.claim + ")"] = condition.patterns;
    return known;
}

}  // namespace

PossibleNames::PossibleNames(const Policy& policy, const identity::Verifiers& verifiers,
                             const identity::ServiceRoles& roles) {
    if (verifiers.kubernetes != nullptr) {
        for (const identity::ServiceRole& role : roles.all())
            names_.insert(role.account.name);
    }
    for (const identity::OidcVerifier* const verifier : verifiers.oidc)
        add_rules(policy, verifier->expected().rules);
    for (const identity::CertificateVerifier* const verifier : verifiers.x509)
        add_rules(policy, verifier->configuration().rules);
    if (verifiers.password != nullptr) add_users(policy, *verifiers.password);
}

/// A file that cannot be read now says nothing of who is in it.
void PossibleNames::add_users(const Policy& policy, identity::PasswordVerifier& verifier) {
    const auto listed = verifier.list();
    if (!listed) return add_rules(policy, verifier.configuration().rules);
    for (const identity::PasswordVerifier::Listed& one : *listed) {
        const auto name = fill_in(pattern_of(one.rule, policy), {{"claim(user)", one.user}});
        if (name) names_.insert(*name);
    }
}

void PossibleNames::add_rules(const Policy& policy, const std::vector<IdentityRule>& rules) {
    for (const IdentityRule& rule : rules)
        patterns_.push_back({.text = pattern_of(rule, policy), .known = known_by(rule)});
}

bool PossibleNames::contains(std::string_view name) const {
    return names_.contains(name) || std::ranges::any_of(patterns_, [&](const Pattern& pattern) {
               return could_give(pattern.text, name, pattern.known);
           });
}

}  // namespace natscreds::provisioner
