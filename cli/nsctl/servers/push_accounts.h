#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/base/result.h>

#include "servers/live_connection.h"
#include "session.h"

namespace natscreds::nsctl {

/// Sends these accounts to running servers, as `nsctl push` does, and prints what each server said. `config_file` is a
/// configuration whose resolver_preload is rewritten too.
/// Fails: as connect_live(); Errc::not_pushed; the errors of Store.
[[nodiscard]] base::Status push_accounts(const Session& session, const std::vector<accounts::Name>& names,
                                         const LiveOptions& live, const std::string& config_file = {});

}  // namespace natscreds::nsctl
