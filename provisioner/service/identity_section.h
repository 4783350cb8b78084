#pragma once

#include <string>

#include <natscreds/provisioner/service/configuration.h>

#include "toml_section.h"

namespace natscreds::provisioner {

/// `[identity.kubernetes]` and `[[identity.oidc]]`.
void read_identities(TomlSection section, Configuration& configuration);

/// What roles and identities say of each other, once both are read.
void check_identities(TomlSection& root, const Configuration& read);

/// Null where there is no role of that name.
[[nodiscard]] const Role* configured_role(const Configuration& read, const std::string& name);

}  // namespace natscreds::provisioner
