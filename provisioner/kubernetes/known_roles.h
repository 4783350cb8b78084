#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/service_roles.h>

namespace natscreds::provisioner::kubernetes {

/// The roles that a cluster's objects make, and what was said of some of them. Whoever may write into a namespace makes
/// them.
///
/// Holds:   at most `most` roles, and `max_of_namespace` of one namespace. Where there is no room the newcomer is
///          refused: those that are there stay, and a namespace cannot take the room of all others.
/// Thread:  one at a time.
class KnownRoles {
  public:
    static constexpr std::size_t most = 10'000;
    static constexpr std::size_t max_of_namespace = 1'000;
    static constexpr std::size_t max_told = 1'000;

    /// Fails: identity::Errc::too_large when there is no room.
    [[nodiscard]] base::Status put(identity::ServiceRole role);
    /// The role grants nothing.
    void drop(const identity::AccountName& account) { roles_.erase(account); }
    /// Whether what is to be said of an account's role (nothing, if empty) was not said before. Of more than
    /// `max_told` accounts nothing is said.
    [[nodiscard]] bool is_news(const identity::AccountName& account, const std::string& what);
    /// There is no such role any more.
    void erase(const identity::AccountName& account);
    /// There are no others.
    void keep_only(const std::set<identity::AccountName>& listed);

    [[nodiscard]] const std::map<identity::AccountName, identity::ServiceRole>& all() const noexcept {
        return roles_;
    }
    [[nodiscard]] std::size_t told() const noexcept { return told_.size(); }

  private:
    [[nodiscard]] base::Status check_room(const identity::AccountName& account) const;

    std::map<identity::AccountName, identity::ServiceRole> roles_;
    std::map<identity::AccountName, std::string> told_;
};

}  // namespace natscreds::provisioner::kubernetes
