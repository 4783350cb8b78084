#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/role_source.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/kubernetes/identity_configuration.h>
#include <natscreds/provisioner/kubernetes/service_roles_configuration.h>

namespace natscreds::provisioner::kubernetes {

/// Under which names ServiceAccounts come in: with a callout, under their own, and others than those of the name rule
/// cannot. A request for access names any.
enum class ComeInAs { whom_they_ask_for, themselves };

/// All that is configured about NatsServiceRoles.
struct RoleFeedConfiguration {
    const ServiceRolesConfiguration& roles;
    const std::optional<IdentityConfiguration>& kubernetes;
    const std::optional<TokensConfiguration>& tokens;
    /// Below which requests are vouched for; a role that could ask in another's name grants nothing. Empty: nowhere.
    std::string vouched_prefix = {};
    ComeInAs come_in_as = ComeInAs::whom_they_ask_for;
};

/// Why a callout lets nobody in as that ServiceAccount, whatever its role says; empty: it does.
[[nodiscard]] std::string kept_out(const identity::AccountName& account);

/// Keeps ServiceRoles, and the tokens in Secrets, as they should be, on threads of its own.
///
/// Holds:   the roles of files have been read when it has started; those of an API server are read as soon as it answers.
///          The destructor does not wait for an API server.
/// Fails:   start: as RoleFolder::refresh, or std::errc::invalid_argument for an address that is not https.
class RoleFeed {
  public:
    struct Parts {
        identity::ServiceRoles& roles;
        base::Clocks clocks;
        std::function<void(const std::string&)> tell;
    };
    [[nodiscard]] static base::Result<std::unique_ptr<RoleFeed>> start(
        const RoleFeedConfiguration& configuration, const Parts& parts);
    ~RoleFeed();

    /// Nothing changes any more, and what is being asked is given up. Does not wait.
    void stop() noexcept;

    /// As identity::RoleSource.
    [[nodiscard]] base::Status ready() const;
    [[nodiscard]] std::optional<base::Instant> synced() const;

  private:
    struct Threads;
    explicit RoleFeed(std::unique_ptr<Threads> threads);
    std::unique_ptr<Threads> threads_;
};

/// Whose roles there are; asked once.
/// Fails: as RoleFeed::start; identity::Errc where the API server does not let us list them.
[[nodiscard]] base::Result<std::vector<identity::AccountName>> list_service_roles(
    const RoleFeedConfiguration& configuration, const base::IntervalClock& intervals);

}  // namespace natscreds::provisioner::kubernetes
