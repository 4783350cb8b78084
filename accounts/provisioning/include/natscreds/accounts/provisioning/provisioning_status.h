#pragma once

#include <map>
#include <string>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/provisioning/running_copy.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// A provisioning service as it is: what the store has, what the servers have, and what the copies say.
struct ProvisioningFacts {
    const Store& store;
    Name service;  ///< the service's account
    std::vector<RunningCopy> copies;
    /// The different JWTs that servers have of an account, by its key; of a memory resolver's server those in use.
    std::map<std::string, std::vector<jwt::Decoded<jwt::AccountClaims>>> live;
    bool in_memory =
        false;  ///< the servers keep accounts in memory: nothing is known of one that is not in use
};

/// One thing that fits, or does not.
struct StatusLine {
    bool fits;
    std::string about;  ///< "account KUBECON", "copy f3Jx", "role chat"
    std::string found;
    std::string advice = {};  ///< what to do where it does not fit
};

/// The accounts in the store that have to do with the service: its own, first, those that import from it, and those that
/// its copies issue for.
/// Fails: the errors of Store.
[[nodiscard]] base::Result<std::vector<jwt::Decoded<jwt::AccountClaims>>> provisioning_accounts(
    const Store& store, const Name& service, const std::vector<RunningCopy>& copies);

/// Whether they fit together: copies that answer, accounts of which the servers have the store's JWT, exports and imports
/// of the service's subjects, copies that issue by the servers' JWT of an account, roles whose signing keys servers take.
/// Fails: the errors of Store.
[[nodiscard]] base::Result<std::vector<StatusLine>> provisioning_status(const ProvisioningFacts& facts);

}  // namespace natscreds::accounts
