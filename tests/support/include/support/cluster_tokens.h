#pragma once

#include <string>

#include <natscreds/base/clock.h>
#include <support/foreign_issuer.h>

namespace natscreds::support {

/// The claims of a ServiceAccount's token as Kubernetes writes them.
struct TokenClaims {
    std::string issuer = "https://cluster";
    std::string audience = "nats";
    std::string namespace_name = "nats-io";
    std::string name = "nats-user";
    std::string bound_to = {};  ///< "pod" or "secret"; empty: nothing
    base::Time issued = base::Time{std::chrono::seconds{1'700'000'000}};
    std::chrono::seconds life{3600};

    [[nodiscard]] std::string json() const;
};

}  // namespace natscreds::support
