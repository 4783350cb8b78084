#pragma once

#include <vector>

#include "configuration_text.h"

namespace natscreds::accounts {

/// What `kubectl apply` makes the service from: a Secret with the files that its configuration names, a ConfigMap with
/// that, a StatefulSet, whose pods keep names and audit, and a budget for their disruption where there are several.
[[nodiscard]] base::Secret kubernetes_text(const ConfigurationParts& parts,
                                           const std::vector<DeploymentFile>& files);

}  // namespace natscreds::accounts
