#pragma once

#include <string>
#include <vector>

#include <support/process.h>

namespace natscreds::support {

/// What today's Kubernetes API says of manifests: tests/kubernetes/schemas.
[[nodiscard]] Outcome check_manifests(const std::vector<std::string>& files);

}  // namespace natscreds::support
