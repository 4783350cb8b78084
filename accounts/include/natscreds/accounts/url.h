#pragma once

#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// The URLs of an operator, checked as nats-io/jwt validates them. Both fail with Errc::bad_url.

/// Where clients connect: nats, tls, ws or wss; a host; no user, no path.
[[nodiscard]] base::Status check_service_url(std::string_view url);

/// Where account JWTs are kept: any scheme and a host.
[[nodiscard]] base::Status check_account_server_url(std::string_view url);

}  // namespace natscreds::accounts
