#pragma once

#include <memory>
#include <optional>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>

#include "client_types.h"

namespace natscreds::bus {

/// What the client library asks for each time that it connects: the JWT, and a signature of the server's
/// nonce. It must outlive the connection.
struct Identity {
    std::optional<jwt::Credentials> credentials;
    std::optional<nkeys::SigningKey> nkey;
    bool unsendable_signature = false;  ///< the last attempt failed for this reason: try again
};

/// The client library's form of our options. Fails: Errc::bad_option.
[[nodiscard]] base::Result<OptionsHandle> client_options(const ConnectionOptions& options,
                                                         Identity& identity);

/// "nats://a:4222, nats://b:4222", passwords masked: for messages.
[[nodiscard]] std::string server_list(const ConnectionOptions& options);

}  // namespace natscreds::bus
