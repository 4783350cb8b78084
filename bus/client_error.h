#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>
#include <natscreds/bus/connection_options.h>

namespace natscreds::bus {

/// The client library's status (a natsStatus) as an error of ours, with what the library last said in this
/// thread; `doing` begins the detail.
[[nodiscard]] base::Error client_error(int status, std::string_view doing);

/// Why connecting with these options failed: Errc::not_authorized or cannot_connect. The detail begins with the
/// servers and, where TLS is the cause, says which option would help.
[[nodiscard]] base::Error connect_error(int status, const ConnectionOptions& options);

/// What the client library last said in this thread, in the server's words where it has some.
[[nodiscard]] std::string last_client_text();

}  // namespace natscreds::bus
