#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/provisioning/provisioned_role.h>

namespace natscreds::accounts {

/// A provisioning service, as the store has to know it: an account that exports its subjects, a user that it runs as,
/// accounts whose users may ask, and the roles that it gives out.
struct Provisioning {
    Name service;               ///< the service's account
    Name user;                  ///< the service's, in that account
    std::vector<Name> clients;  ///< accounts whose users may ask; the first is the default one
    std::vector<ProvisionedRole> roles;
    std::string bucket = {};              ///< of its ledger; empty: it lies in a file
    std::vector<Name> keep_history = {};  ///< client accounts whose chats are kept
};

}  // namespace natscreds::accounts
