#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include <natscreds/access/request.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/prover.h>
#include <natscreds/provisioner/policy/rate_limit.h>

namespace natscreds::provisioner {

/// Who asks, by a proof that another system made.
struct Proven {
    std::string service_account;  ///< "namespace/name"
    base::Time expires;           ///< of the proof: nothing that rests on it lives longer
    std::string pod = {};         ///< that the proof is bound to; empty: to none
};

/// Why a proof is not believed: for the requester, and for the log.
struct Disproof {
    base::Error refusal;                      ///< access::Reason::bad_identity, rate_limited or busy
    std::optional<base::Error> trouble = {};  ///< of our own: it may be gone when one asks again
};

/// How often the prover is asked, and by how many at a time.
struct ProofLimits {
    Rate rate = {};
    std::size_t at_once = 1;
};

/// Asks the prover, not too often, and puts its answer into the protocol's words.
///
/// Holds:   a cluster that does not answer holds up `at_once` callers. One more waits a quarter of a second for its
///          turn; after that the others are told at once that we are busy, until a proof has ended.
/// Thread:  any.
class IdentityDesk {
  public:
    /// Without a prover no proof is believed.
    IdentityDesk(identity::Prover* prover, ProofLimits limits) : prover_(prover), limits_(limits) {}

    [[nodiscard]] std::variant<Proven, Disproof> prove(const access::Identity& identity, base::Instant now);

  private:
    class Turn;
    [[nodiscard]] bool slow_enough(base::Instant now);

    identity::Prover* const prover_;
    const ProofLimits limits_;
    std::mutex mutex_;  ///< guards the next three
    TokenBucket bucket_;
    std::size_t under_way_ = 0;
    bool stuck_ = false;  ///< somebody waited in vain, and no proof has ended since
    std::condition_variable ended_;
};

}  // namespace natscreds::provisioner
