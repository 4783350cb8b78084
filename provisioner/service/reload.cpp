#include <natscreds/provisioner/service/reload.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace natscreds::provisioner {
namespace {

/// What load_policy and look_at_deployment make something new of, and the running service takes over. A table
/// ends in a dot. `names.grace` is not here: ledgers keep the one that they were opened with.
constexpr std::array<std::string_view, 12> reloadable{
    "account",     "service_account", "client_accounts",         "default_role",
    "plain_names", "names.reserved",  "names.max_per_requester", "names.rekey",
    "limits.",     "requesters.",     "passphrase_file",         "roles.",
};

bool can_be_reloaded(std::string_view key) {
    return std::ranges::any_of(reloadable, [key](std::string_view listed) {
        return listed.ends_with('.') ? key.starts_with(listed) : key == listed;
    });
}

std::string value_of(const Configuration& configuration, const std::string& key) {
    const auto found = configuration.values.find(key);
    return found != configuration.values.end() ? found->second : std::string();
}

}  // namespace

std::vector<std::string> needs_restart(const Configuration& now, const Configuration& next) {
    auto keys = now.values;
    keys.insert(next.values.begin(), next.values.end());
    std::vector<std::string> changed;
    for (const auto& [key, value] : keys) {
        if (value_of(now, key) != value_of(next, key) && !can_be_reloaded(key)) changed.push_back(key);
    }
    return changed;
}

}  // namespace natscreds::provisioner
