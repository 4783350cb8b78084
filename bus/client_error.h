#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/result.h>

namespace natscreds::bus {

/// The client library's status (a natsStatus) as an error of ours, with what the library last said in this
/// thread; `doing` begins the detail.
[[nodiscard]] base::Error client_error(int status, std::string_view doing);

/// Why connecting failed: Errc::not_authorized or cannot_connect; `servers` begins the detail.
[[nodiscard]] base::Error connect_error(int status, std::string_view servers);

/// What the client library last said in this thread, in the server's words where it has some.
[[nodiscard]] std::string last_client_text();

}  // namespace natscreds::bus
