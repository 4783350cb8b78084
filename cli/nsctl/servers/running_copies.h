#pragma once

#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/provisioning/running_copy.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>

#include "servers/live_connection.h"
#include "session.h"

namespace natscreds::nsctl {

/// The copies of the provisioning service that answer in its account within the time, in the order of their ids; that
/// nobody does is an answer too. Fails: as live_urls() and accounts::passing_user(); the errors of bus.
[[nodiscard]] base::Result<std::vector<accounts::RunningCopy>> running_copies(const Session& session,
                                                                              const accounts::Store& store,
                                                                              const accounts::Name& service,
                                                                              const LiveOptions& live);

}  // namespace natscreds::nsctl
