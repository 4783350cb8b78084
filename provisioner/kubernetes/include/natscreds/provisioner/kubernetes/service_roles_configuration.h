#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace natscreds::provisioner::kubernetes {

/// Which NatsServiceRoles hold, and where they are written down: `[service_roles]`.
struct ServiceRolesConfiguration {
    std::string cluster;           ///< what their label `nats_cluster` says
    std::string role = {};         ///< the configured role that lends the rest: key, life, limits
    std::filesystem::path folder;  ///< of files; empty: the API server of [identity.kubernetes] is watched
    std::vector<std::string> namespaces = {};  ///< empty: any

    bool operator==(const ServiceRolesConfiguration&) const = default;
};

/// Tokens that are kept in Secrets: `[tokens]`.
struct TokensConfiguration {
    std::chrono::seconds life{3600};

    bool operator==(const TokensConfiguration&) const = default;
};

}  // namespace natscreds::provisioner::kubernetes
