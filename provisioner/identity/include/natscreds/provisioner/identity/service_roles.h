#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <natscreds/jwt/permissions.h>

namespace natscreds::provisioner::identity {

/// Which ServiceAccount: unique within a cluster.
struct AccountName {
    std::string namespace_name;
    std::string name;

    /// "namespace/name"
    [[nodiscard]] std::string text() const { return namespace_name + "/" + name; }
    /// What text() gives.
    [[nodiscard]] static AccountName of(const std::string& text) {
        const std::size_t slash = text.find('/');
        return {.namespace_name = text.substr(0, slash), .name = text.substr(slash + 1)};
    }

    auto operator<=>(const AccountName&) const = default;
};

/// What a ServiceAccount may do: an object of the kind NatsServiceRole, which has the account's name. A list that is
/// empty allows nothing.
struct ServiceRole {
    AccountName account;
    jwt::Permission publish;
    jwt::Permission subscribe;
    std::string uid = {};  ///< of the object in its cluster; empty when it came from a file

    bool operator==(const ServiceRole&) const = default;
};

/// The roles that hold now.
///
/// Holds:   an account without a role here may do nothing at all.
/// Thread:  any. Observers are called by the thread that replaces, one change at a time.
class ServiceRoles {
  public:
    /// An account whose role is another one from now on, or gone.
    using Observer = std::function<void(const AccountName&)>;

    [[nodiscard]] std::optional<ServiceRole> find(const AccountName& account) const;

    /// The number of roles.
    [[nodiscard]] std::size_t size() const;

    /// All of them, in the order of their accounts.
    [[nodiscard]] std::vector<ServiceRole> all() const;

    /// Goes over to these roles; those not among them are gone. Tells the observers what changed.
    void replace(std::vector<ServiceRole> roles);

    /// To be called before the first replace().
    void observe(Observer observer);

  private:
    using Table = std::map<AccountName, ServiceRole>;

    std::mutex replacing_;      ///< taken before mutex_
    mutable std::mutex mutex_;  ///< guards the table
    Table table_;
    std::vector<Observer> observers_;
};

}  // namespace natscreds::provisioner::identity
