#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/provisioner/identity/role_source.h>
#include <natscreds/provisioner/identity/service_roles.h>

namespace natscreds::provisioner::kubernetes {

/// Which NatsServiceRoles are meant.
struct RoleSelection {
    std::string cluster;                       ///< what their label `nats_cluster` says
    std::vector<std::string> namespaces = {};  ///< empty: any

    [[nodiscard]] bool covers(const identity::AccountName& account) const;
};

/// What a source of roles works with. They outlive it.
struct RoleSourceParts {
    identity::ServiceRoles& roles;
    const base::IntervalClock& intervals;
    std::function<void(const std::string&)> tell;  ///< the log; called from the source's threads, too
    /// Whether a role may hold; one that may not grants nothing, is told of, and others go on. None: each may.
    std::function<base::Status(const identity::ServiceRole&)> permit = {};
    /// What somebody should know of a role that holds; empty: nothing. It is told when the role is read. None: nothing.
    std::function<std::string(const identity::ServiceRole&)> remark = {};
};

/// The NatsServiceRoles in the files of a folder, in kubectl's form; other objects there are passed over.
///
/// Shape:   files *.yaml, *.yml and *.json whose names do not begin with a dot; each at most 1 MiB, and at most 1000
///          of them.
/// Holds:   all of the folder counts or none of it: where something in it is wrong, the roles stay as they were, and
///          it is told once. What counts is what the files say, so that it does not matter how they were replaced.
/// Thread:  refresh() one at a time.
class RoleFolder final : public identity::RoleSource {
  public:
    RoleFolder(std::filesystem::path folder, RoleSelection selection, RoleSourceParts parts)
        : folder_(std::move(folder)), selection_(std::move(selection)), parts_(std::move(parts)) {}

    /// Looks at the files, and goes over to what they say if that is something else than before.
    /// Fails: with the system's own error, or as read_manifests and parse_role_object, and the file in the detail;
    ///        std::errc::invalid_argument for two roles of one account.
    [[nodiscard]] base::Status refresh();

    [[nodiscard]] base::Status ready() const override;
    [[nodiscard]] std::optional<base::Instant> synced() const override;

  private:
    using Texts = std::map<std::filesystem::path, std::string>;

    [[nodiscard]] base::Status take(base::Result<Texts> texts);
    [[nodiscard]] base::Result<std::vector<identity::ServiceRole>> read(const Texts& texts) const;
    void drop_forbidden(std::vector<identity::ServiceRole>& roles) const;
    void tell_remarks(const std::vector<identity::ServiceRole>& roles) const;
    void tell_once(const base::Status& taken);

    const std::filesystem::path folder_;
    const RoleSelection selection_;
    const RoleSourceParts parts_;
    Texts texts_;       ///< that the roles were read from
    std::string told_;  ///< what is wrong, and was told

    mutable std::mutex mutex_;  ///< guards what follows
    std::optional<base::Instant> synced_;
};

}  // namespace natscreds::provisioner::kubernetes
