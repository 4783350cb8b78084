#pragma once

#include <functional>
#include <string>
#include <vector>

#include <natscreds/accounts/provisioning/provisioning.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// One thing that a store lacks, or has and is to lose.
struct Step {
    std::string what;  ///< "export chat.req.access.*.* of account PROVISION"
    std::function<base::Status(const Tree&)> take;
};

/// What the store lacks for the service, in an order in which each step stands on those before. What is there stays as it
/// is: a role's scope may have been changed, accounts may have more.
/// Fails:   the errors of Store; Errc::no_such_account for a client account, which only its owner can make.
[[nodiscard]] base::Result<std::vector<Step>> missing_steps(const Tree& tree, const Provisioning& wanted);

/// What there is for the service alone, to be taken away, in an order in which nothing is left that leads nowhere: the
/// imports, the roles' signing keys, the service's user, and its account where nothing else is in it. What forbids users to
/// ask in another's name stays.
[[nodiscard]] base::Result<std::vector<Step>> removal_steps(const Tree& tree, const Provisioning& wanted);

/// What the service's user may do: what docs/operating.md lists, and nothing else. `key` is its own.
[[nodiscard]] jwt::Permissions service_permissions(const Provisioning& wanted, const std::string& key);

/// The signing key that has this role in the account; empty: none.
[[nodiscard]] std::string signing_key_of(const jwt::AccountClaims& account, const std::string& role);

}  // namespace natscreds::accounts
