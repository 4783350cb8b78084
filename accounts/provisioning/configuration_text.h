#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <natscreds/accounts/provisioning/deployment_files.h>
#include <natscreds/jwt/permissions.h>

namespace natscreds::accounts {

/// A role as the service's configuration has it.
struct ConfiguredRole {
    std::string name;
    std::string account_file;  ///< empty: the default account's
    std::string signing_key_file;
    jwt::UserPermissionLimits permissions;  ///< those of the key's scope, whoever has set them
};

/// What the configuration of each copy says.
struct ConfigurationParts {
    const Provisioning& wanted;
    const DeploymentOptions& options;
    std::string account_file;
    std::string service_account_file;
    std::vector<std::string> client_keys;
    std::vector<ConfiguredRole> roles;
};

/// What differs from copy to copy.
struct ConfiguredPlace {
    std::string label;        ///< server_id
    std::string data_folder;  ///< for names and audit, with a slash behind it; empty: the configuration's
    std::string audit_file;
    std::string http_address;
};

/// Of one of the copies on machines, which count from 1.
[[nodiscard]] ConfiguredPlace place_of_copy(const DeploymentOptions& options, std::size_t copy);

[[nodiscard]] std::string configuration_text(const ConfigurationParts& parts, const ConfiguredPlace& place);

/// The name of a copy's configuration: "provisioner.toml" where it is the only one.
[[nodiscard]] std::string configuration_name(std::size_t copy, std::size_t copies);

}  // namespace natscreds::accounts
