#pragma once

#include <string_view>

namespace natscreds::nsctl {

/// What must hear of a revocation, or of its end, beside the servers.
inline constexpr std::string_view provisioner_hint =
    "nats-provisioner knows it then too if it has [system]; otherwise replace its account file";

}  // namespace natscreds::nsctl
