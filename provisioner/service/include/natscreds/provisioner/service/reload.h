#pragma once

#include <string>
#include <vector>

#include <natscreds/provisioner/service/configuration.h>

namespace natscreds::provisioner {

/// The keys whose values differ, and which take effect in a new process only: "server_id", "names.grace". All that
/// is not listed as reloadable is such a key, a new one too.
[[nodiscard]] std::vector<std::string> needs_restart(const Configuration& now, const Configuration& next);

}  // namespace natscreds::provisioner
