#include "known_roles.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <natscreds/provisioner/identity/errc.h>

namespace natscreds::provisioner::kubernetes {

using identity::AccountName;

base::Status KnownRoles::check_room(const AccountName& account) const {
    if (roles_.contains(account)) return {};
    const auto first = roles_.lower_bound({.namespace_name = account.namespace_name, .name = ""});
    const auto behind = std::ranges::find_if(first, roles_.end(), [&](const auto& entry) {
        return entry.first.namespace_name != account.namespace_name;
    });
    const bool room_of_namespace = std::distance(first, behind) < std::ptrdiff_t{max_of_namespace};
    if (room_of_namespace && roles_.size() < most) return {};
    return base::Error{identity::Errc::too_large,
                       account.text() + ": " + std::to_string(room_of_namespace ? most : max_of_namespace) +
                           " roles are there already" + (room_of_namespace ? "" : " of its namespace")};
}

base::Status KnownRoles::put(identity::ServiceRole role) {
    if (const base::Status room = check_room(role.account); !room) return room;
    AccountName account = role.account;
    roles_.insert_or_assign(std::move(account), std::move(role));
    return {};
}

bool KnownRoles::is_news(const AccountName& account, const std::string& what) {
    if (what.empty()) {
        told_.erase(account);
        return false;
    }
    if (told_.size() >= max_told && !told_.contains(account)) return false;
    return std::exchange(told_[account], what) != what;
}

void KnownRoles::erase(const AccountName& account) {
    roles_.erase(account);
    told_.erase(account);
}

void KnownRoles::keep_only(const std::set<AccountName>& listed) {
    std::erase_if(roles_, [&](const auto& entry) { return !listed.contains(entry.first); });
    std::erase_if(told_, [&](const auto& entry) { return !listed.contains(entry.first); });
}

}  // namespace natscreds::provisioner::kubernetes
