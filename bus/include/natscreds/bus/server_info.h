#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/errc.h>
#include <natscreds/bus/requests.h>

namespace natscreds::bus {

/// What a server says about itself to whoever connects, before anything else. The client library keeps it to itself.
///
/// Source:  NATS client protocol, INFO.
struct ServerInfo {
    std::string id;
    std::string name;           ///< the id where it was not given one
    std::string cluster;        ///< empty where it is in none
    std::string version;        ///< "2.10.27"
    bool tls_required = false;  ///< then every client's connection is encrypted
};

/// Reads "INFO {...}". Fails: Errc::failed.
[[nodiscard]] base::Result<ServerInfo> parse_server_info(std::string_view line);

/// Connects to a server's URL, listens until it has introduced itself, and hangs up.
/// Fails: Errc::cannot_connect, timeout (also of a server that begins with TLS), failed. The name's lookup takes as
///        long as the system lets it.
[[nodiscard]] base::Result<ServerInfo> read_server_info(const std::string& url, Timeout timeout);

}  // namespace natscreds::bus
