#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/policy/policy.h>

namespace natscreds::provisioner {

/// The names under which a callout could let somebody in: by a NatsServiceRole, or by a rule.
///
/// Holds:   what only a proof would tell counts as fulfilled, so that a name may be possible under which nobody comes;
///          no name is missing. It does not change with what it was made of. Whether a name is denied is not looked at.
/// Thread:  any.
class PossibleNames {
  public:
    PossibleNames(const Policy& policy, const identity::Verifiers& verifiers,
                  const identity::ServiceRoles& roles);

    [[nodiscard]] bool contains(std::string_view name) const;

  private:
    /// What a rule makes names of.
    struct Pattern {
        std::string text;
        FactWildcards known;
    };
    void add_users(const Policy& policy, identity::PasswordVerifier& verifier);
    void add_rules(const Policy& policy, const std::vector<identity::IdentityRule>& rules);

    std::set<std::string, std::less<>> names_;
    std::vector<Pattern> patterns_;
};

}  // namespace natscreds::provisioner
