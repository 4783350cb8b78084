#pragma once

#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/bus/settings.h>
#include <natscreds/provisioner/service/configuration.h>
#include <natscreds/provisioner/service/deployment_check.h>

namespace natscreds::provisioner {

/// What `--check` looks at.
struct Preflight {
    const Configuration& configuration;
    const bus::GivenOptions& settings;  ///< of the service's own connection, wherever they are from
    const bus::ConnectionOptions* connection = nullptr;  ///< what they were loaded to; none: that failed
    base::Time now;
};

/// All that is in the way of a start, not the first alone, and all that somebody should know.
///
/// Holds:   nothing is made or changed, and no server is asked: what only they know, as whether there is a bucket, is
///          not looked at. Another process may have the files, as the running service has. An error is told of once.
[[nodiscard]] std::vector<Finding> look_ahead(const Preflight& preflight);

/// Warnings: of the secrets that these settings name, those that others can read.
[[nodiscard]] std::vector<Finding> open_secrets(const bus::GivenOptions& settings);

}  // namespace natscreds::provisioner
