#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// The `authorization` block of a nats-server with `verify_and_map`, which takes the user from the client's
/// certificate, made of the list of users that the NATS operator for Kubernetes has in its `users.json`:
///
///     { "users": [ { "username": "CN=nats.io,OU=CNCF",
///                    "permissions": { "publish": ["hello.*"], "subscribe": ["hello.world"] } } ],
///       "default_permissions": { "publish": ["SANDBOX.*"], "subscribe": ["PUBLIC.>"] } }
///
/// Shape:   a user is named by the whole DN of a certificate as RFC 2253 writes it, or by an email address, a
///          DNS name or a URI of its SAN. The subjects of a permission are a list or {"allow": [], "deny": []}.
/// Holds:   the block says no more than the list. What the servers take for the opposite of what it says, an
///          empty list for everything, is refused; so is what they pass over, such as a misspelt field, what no
///          certificate can match, such as an email address as a part of a DN, and two names that they cannot tell
///          apart.
/// Fails:   Errc::bad_tls_users, the detail names the place ("users[1].permissions: ...").
/// Source:  nats-operator docs "TLS based auth"; nats-server auth.go, opts.go.
[[nodiscard]] base::Result<std::string> tls_users_config(
    std::string_view users_json, std::optional<std::chrono::seconds> time_to_authenticate = std::nullopt);

}  // namespace natscreds::accounts
