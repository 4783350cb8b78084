#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <natscreds/accounts/servers/live_system.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/cli/console/command.h>

#include "session.h"

namespace natscreds::nsctl {

/// Which running servers are meant, and how they are connected to as the system account.
struct LiveOptions {
    std::vector<std::string> urls;
    std::string system_account;
    std::string system_user;
    std::int64_t timeout = 1;
    std::string ca_cert;
    std::string client_cert;
    std::string client_key;
    bool tls_first = false;

    /// All but the one for the servers.
    [[nodiscard]] console::OptionList options();
    /// Of these, those about TLS.
    [[nodiscard]] console::OptionList tls_options();
};

/// Somebody who may do only this, in an account.
struct PassingUser {
    const accounts::Name& account;
    std::string name;
    jwt::Permissions permissions;
};

/// The settings of a connection to these servers, without an identity.
[[nodiscard]] bus::ConnectionOptions connection_to(const Session& session, std::vector<std::string> urls,
                                                   const LiveOptions& options);

/// The servers that are named, or else where the operator says that account JWTs go or clients connect; and where he
/// says nothing, NATS_URL. Fails: Errc::no_server; the errors of Store.
[[nodiscard]] base::Result<std::vector<std::string>> live_urls(const Session& session,
                                                               const accounts::Store& store,
                                                               const LiveOptions& options);

/// Connects as a user of an account that is made for this and passes by itself.
/// Fails: as live_urls() and accounts::passing_user(); the errors of bus.
[[nodiscard]] base::Result<bus::Connection> connect_as(const Session& session, const accounts::Store& store,
                                                       const PassingUser& user, const LiveOptions& options);

/// Fails: as live_urls(); Errc::bad_timeout; as accounts::pushing_user() and LiveSystem::connect().
[[nodiscard]] base::Result<accounts::LiveSystem> connect_live(const Session& session,
                                                              const accounts::Store& store,
                                                              const LiveOptions& options);

}  // namespace natscreds::nsctl
