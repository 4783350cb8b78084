#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/rotation.h>
#include <natscreds/accounts/servers/live_system.h>
#include <natscreds/base/result.h>

#include "rotate/rotate.h"

namespace natscreds::nsctl {

/// What depends on the old key of a rotation, a line each: users and activations of the store that it has signed, clients
/// that are connected, copies of the provisioning service that sign with it or may have signed what still lives, and
/// servers of which nothing is known.
/// Fails: the errors of Store and LiveSystem.
[[nodiscard]] base::Result<std::vector<std::string>> still_used(const RotationScene& scene,
                                                                const accounts::Rotation& rotation,
                                                                accounts::LiveSystem& live);

/// Of an account's rotation: users that the new account does not have yet, whoever is connected to the old one, its
/// streams, and copies of the provisioning service that issue for it.
[[nodiscard]] base::Result<std::vector<std::string>> account_still_used(const RotationScene& scene,
                                                                        const accounts::Rotation& rotation,
                                                                        accounts::LiveSystem& live);

/// Of an operator's rotation: the servers that do not trust the new key yet.
[[nodiscard]] base::Result<std::vector<std::string>> not_trusting(const accounts::Rotation& rotation,
                                                                  accounts::LiveSystem& live);

/// And, once the store's accounts are signed anew and pushed: accounts that servers have as the old key has signed them.
[[nodiscard]] base::Result<std::vector<std::string>> accounts_by_old_key(const accounts::Rotation& rotation,
                                                                         accounts::LiveSystem& live);

}  // namespace natscreds::nsctl
