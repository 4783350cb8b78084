#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include <natscreds/access/request.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/core/rate_limit.h>
#include <natscreds/provisioner/identity/prover.h>

namespace natscreds::provisioner {

/// Who asks, by a proof that another system made.
struct Proven {
    std::string service_account;  ///< "namespace/name"
    base::Time expires;           ///< of the proof: nothing that rests on it lives longer
};

/// Why a proof is not believed: for the requester, and for the log.
struct Disproof {
    base::Error refusal;                      ///< access::Reason::bad_identity or rate_limited
    std::optional<base::Error> trouble = {};  ///< of our own: it may be gone when one asks again
};

/// Asks the prover, not too often, and puts its answer into the protocol's words.
/// Thread: any.
class IdentityDesk {
  public:
    /// Without a prover no proof is believed.
    IdentityDesk(identity::Prover* prover, Rate rate) : prover_(prover), rate_(rate) {}

    [[nodiscard]] std::variant<Proven, Disproof> prove(const access::Identity& identity, base::Time now);

  private:
    [[nodiscard]] bool slow_enough(base::Time now);

    identity::Prover* const prover_;
    const Rate rate_;
    std::mutex mutex_;  ///< guards the bucket
    TokenBucket bucket_;
};

}  // namespace natscreds::provisioner
