#pragma once

#include <string>

#include <natscreds/accounts/servers/live_system.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

#include "session.h"

namespace natscreds::nsctl {

/// Whether accounts are taken from servers that somebody is connected to just now.
enum class Removal { careful, forced };

struct RemovalScene {
    const Session& session;
    const accounts::Store& store;
    accounts::LiveSystem& live;
    Removal removal;
};

/// Has all servers forget an account, by name or public key; says what will stop, and what each server did.
/// Fails: Errc::is_system_account, in_use (both not when forced); Errc::memory_forgets for servers with a memory resolver;
/// not_removed; the errors of LiveSystem and Store.
[[nodiscard]] base::Status remove_from_servers(const RemovalScene& scene, const std::string& named);

/// The same of all accounts that this operator has signed and this store does not have. Those of others are named, and
/// taken away only when forced.
[[nodiscard]] base::Status prune_servers(const RemovalScene& scene);

}  // namespace natscreds::nsctl
