#include <natscreds/provisioner/identity/service_roles.h>

#include <utility>

namespace natscreds::provisioner::identity {

std::optional<ServiceRole> ServiceRoles::find(const AccountName& account) const {
    const std::lock_guard lock(mutex_);
    const auto found = table_.find(account);
    return found == table_.end() ? std::nullopt : std::optional(found->second);
}

std::size_t ServiceRoles::size() const {
    const std::lock_guard lock(mutex_);
    return table_.size();
}

std::vector<ServiceRole> ServiceRoles::all() const {
    const std::lock_guard lock(mutex_);
    std::vector<ServiceRole> roles;
    roles.reserve(table_.size());
    for (const auto& [account, role] : table_)
        roles.push_back(role);
    return roles;
}

void ServiceRoles::replace(std::vector<ServiceRole> roles) {
    Table next;
    for (ServiceRole& role : roles) {
        AccountName account = role.account;
        next.insert_or_assign(std::move(account), std::move(role));
    }
    const std::lock_guard turn(replacing_);
    Table previous;
    {
        const std::lock_guard lock(mutex_);
        previous = std::exchange(table_, next);
    }
    for (const auto& [account, role] : previous) {
        const auto kept = next.find(account);
        if (kept != next.end() && kept->second == role) continue;
        for (const Observer& observer : observers_)
            observer(account);
    }
}

void ServiceRoles::observe(Observer observer) {
    observers_.push_back(std::move(observer));
}

}  // namespace natscreds::provisioner::identity
