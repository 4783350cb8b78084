#pragma once

#include <string>
#include <vector>

#include <natscreds/provisioner/service/configuration.h>

#include "toml_section.h"

namespace natscreds::provisioner {

/// `[identity.kubernetes]`, `[[identity.oidc]]`, `[identity.password]` and `[[identity.x509]]`.
void read_identities(TomlSection section, Configuration& configuration);

/// The rules of an identity, as the configuration calls it.
struct NamedRules {
    std::string name;
    const std::vector<identity::IdentityRule>& rules;
};
/// Of all identities that have rules.
[[nodiscard]] std::vector<NamedRules> rules_of(const Configuration& read);

/// What roles and identities say of each other, once both are read.
void check_identities(TomlSection& root, const Configuration& read);

/// Null where there is no role of that name.
[[nodiscard]] const Role* configured_role(const Configuration& read, const std::string& name);

}  // namespace natscreds::provisioner
