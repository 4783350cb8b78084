#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/role_source.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/service/kubernetes_identity.h>

namespace natscreds::provisioner {

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

/// All that is configured about NatsServiceRoles.
struct RoleFeedConfiguration {
    const ServiceRolesConfiguration& roles;
    const std::optional<KubernetesIdentity>& kubernetes;
    const std::optional<TokensConfiguration>& tokens;
};

/// Keeps ServiceRoles, and the tokens in Secrets, as they should be, on threads of its own.
///
/// Holds:   the roles of files have been read when it has started; those of an API server are read as soon as it answers.
/// Fails:   start: as kubernetes::RoleFolder::refresh, or std::errc::invalid_argument for an address that is not https.
class RoleFeed {
  public:
    struct Parts {
        identity::ServiceRoles& roles;
        const base::Clock& clock;
        std::function<void(const std::string&)> tell;
    };
    [[nodiscard]] static base::Result<std::unique_ptr<RoleFeed>> start(
        const RoleFeedConfiguration& configuration, const Parts& parts);
    ~RoleFeed();

    /// As identity::RoleSource.
    [[nodiscard]] base::Status ready() const;
    [[nodiscard]] std::optional<base::Time> synced() const;

  private:
    struct Threads;
    explicit RoleFeed(std::unique_ptr<Threads> threads);
    std::unique_ptr<Threads> threads_;
};

/// The number of roles that hold; asked once.
/// Fails: as RoleFeed::start; identity::Errc where the API server does not let us list them.
[[nodiscard]] base::Result<std::size_t> count_service_roles(const RoleFeedConfiguration& configuration,
                                                            const base::Clock& clock);

}  // namespace natscreds::provisioner
