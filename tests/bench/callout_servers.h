#pragma once

#include <functional>
#include <string>

namespace natscreds::bench {

/// Prints how many clients with tokens of this algorithm a running service lets into a running nats-server, beside as
/// many calls of `verify`, which verifies one such token: the median of five rounds, in which both take turns.
void compare_over_a_server(const std::string& algorithm, const std::function<void()>& verify);

}  // namespace natscreds::bench
