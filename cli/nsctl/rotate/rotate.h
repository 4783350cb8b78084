#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/rotation.h>
#include <natscreds/accounts/servers/live_system.h>
#include <natscreds/base/result.h>

#include "servers/live_connection.h"
#include "session.h"

namespace natscreds::nsctl {

/// What `nsctl rotate` is told besides which key is meant.
struct RotateOptions {
    std::string account;
    std::string user;
    std::string key;
    bool finish = false;
    bool force = false;
    bool remove_key = false;
    bool importers = false;
    std::string service = "PROVISION";
    std::string config_file;
    LiveOptions live;
};

/// What a rotation of some kind is of, and how people call it.
struct RotationScene {
    const Session& session;
    const accounts::Store& store;
    const RotateOptions& options;
    accounts::WantedRotation wanted;
};

/// "signing key A... of account KUBECON"
[[nodiscard]] std::string described(const accounts::Rotation& rotation, const std::string& key);

/// Whether servers are named, by an option, the operator or NATS_URL.
[[nodiscard]] bool names_servers(const RotationScene& scene);

/// Pushes accounts, where there are any.
[[nodiscard]] base::Status push_rotated(const RotationScene& scene,
                                        const std::vector<accounts::Name>& accounts);

/// The two halves for an account's identity key. Fails: as finish_rotation(); Errc::is_system_account.
[[nodiscard]] base::Status begin_account_rotation(const RotationScene& scene);
[[nodiscard]] base::Status finish_account_rotation(const RotationScene& scene,
                                                   const accounts::Rotation& rotation,
                                                   accounts::LiveSystem* live);

/// Each line is told, and each is a reason to stop, but with --force. Fails: Errc::still_used.
[[nodiscard]] base::Status unless_used(const RotationScene& scene,
                                       const base::Result<std::vector<std::string>>& lines);

/// The second half: looks whether anything live depends on the old key, and takes it away.
/// Fails: Errc::no_rotation, still_used; as push_accounts(); as accounts::retire_old_key().
[[nodiscard]] base::Status finish_rotation(const RotationScene& scene);

}  // namespace natscreds::nsctl
