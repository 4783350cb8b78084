#pragma once

#include <string>
#include <vector>

#include <natscreds/provisioner/service/world.h>

namespace natscreds::provisioner {

/// Runs nats-provisioner until SIGTERM or SIGINT, and returns its exit code.
/// Thread: to be called before the process has other threads, for it waits for signals.
[[nodiscard]] int run(const std::vector<std::string>& arguments, const World& world);

}  // namespace natscreds::provisioner
