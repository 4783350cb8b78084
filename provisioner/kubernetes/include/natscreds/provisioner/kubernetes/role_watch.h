#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/provisioner/identity/role_source.h>
#include <natscreds/provisioner/kubernetes/api_server.h>
#include <natscreds/provisioner/kubernetes/role_folder.h>

namespace natscreds::provisioner::kubernetes {

/// How long to wait before the API server is asked again; twice as long each time that it fails, up to a limit.
struct Backoff {
    std::chrono::milliseconds first{1000};
    std::chrono::milliseconds longest{30'000};
};

/// The NatsServiceRoles of a cluster, as its API server has them from moment to moment.
///
/// Holds:   a change counts as soon as the API server tells it. While it cannot be asked, the roles go on holding;
///          what was deleted in between is noticed when they are listed anew. A role that cannot be read grants
///          nothing, and is told of, as is every reason why the API server cannot be asked, once.
/// Thread:  one for each namespace follows it, from the constructor to the destructor.
/// Source:  Kubernetes API Concepts, "Efficient detection of changes": list, watch, bookmarks, 410 Gone.
class RoleWatch final : public identity::RoleSource {
  public:
    RoleWatch(const ApiServer& server, const RoleSelection& selection, RoleSourceParts parts,
              Backoff backoff = {});
    ~RoleWatch() override;

    [[nodiscard]] base::Status ready() const override;
    [[nodiscard]] std::optional<base::Instant> synced() const override;

  private:
    class Table;
    class Follower;
    std::unique_ptr<Table> table_;
    std::vector<std::unique_ptr<Follower>> followers_;  ///< last: they use the table
};

/// Whose roles the API server lists now, readable or not.
/// Fails: identity::Errc, as ApiServer::get, or where it says no.
[[nodiscard]] base::Result<std::vector<identity::AccountName>> list_roles(const ApiServer& server,
                                                                          const RoleSelection& selection);

/// Where a namespace's objects of that cluster are listed; all namespaces' where it is empty.
[[nodiscard]] std::string roles_path(const std::string& namespace_name, const std::string& cluster);

}  // namespace natscreds::provisioner::kubernetes
