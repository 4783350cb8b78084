#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include <natscreds/access/request.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/policy/owner.h>
#include <natscreds/provisioner/policy/rate_limit.h>

namespace natscreds::provisioner {

/// Who asks, by a proof that another system made.
struct VerifiedIdentity {
    Owner owner;
    std::string identity;              ///< as the configuration calls it: "kubernetes", or an issuer's name
    base::Time expires;                ///< of the proof: nothing that rests on it lives longer
    NameFacts facts = {};              ///< what names can be made of
    std::string service_account = {};  ///< "namespace/name"; empty: it is none
    std::optional<identity::IdentityRule> rule = {};  ///< what the issuer's rules give
};

/// Why a proof is not believed: for the requester, and for the log.
struct Rejected {
    base::Error refusal;                      ///< access::Reason::bad_identity, rate_limited or busy
    std::optional<base::Error> trouble = {};  ///< what the log says of it
    std::optional<std::chrono::seconds> retry_after = {};  ///< where it is trouble of our own, which may pass
};

/// A proof that somebody shows.
struct Shown {
    const access::Identity& identity;
    std::string whose = {};  ///< the requester's key, or the client's host; empty: nothing is known
    base::Instant now = {};
    std::string user = {};  ///< whose password the token is
    std::span<const std::string> certificates =
        {};  ///< in the place of a token: as CertificateVerifier::verify
};

/// How often the verifier is asked, and by how many at a time.
struct ProofLimits {
    Rate rate = {};
    std::size_t at_once = 1;
};

/// Asks the verifiers, not too often, and puts their answers into the protocol's words.
///
/// Holds:   whoever has shown ten proofs that are not good has another one looked at each second, and no more.
///          The same holds for the password of each user, whoever shows it.
///          A cluster that does not answer holds up `at_once` callers. One more waits a quarter of a second for its
///          turn; after that the others are told at once that we are busy, until a proof has ended.
/// Thread:  any.
class IdentityDesk {
  public:
    /// Without verifiers no proof is believed.
    IdentityDesk(identity::Verifiers verifiers, ProofLimits limits)
        : verifiers_(std::move(verifiers)), limits_(limits) {}

    [[nodiscard]] std::variant<VerifiedIdentity, Rejected> verify(const Shown& shown);

    /// The role that an issuer's rules would give, if the proof is what it claims to be; empty where none does.
    [[nodiscard]] std::string claimed_role(const access::Identity& identity) const;

    [[nodiscard]] const identity::Verifiers& verifiers() const noexcept { return verifiers_; }

  private:
    class Turn;
    [[nodiscard]] base::Status check_first(const Shown& shown);
    [[nodiscard]] std::variant<VerifiedIdentity, Rejected> verify_now(const Shown& shown);
    [[nodiscard]] base::Result<identity::Verified> ask(const Shown& shown);
    [[nodiscard]] Rejected not_believed(const base::Error& error, const Shown& shown);

    const identity::Verifiers verifiers_;
    const ProofLimits limits_;
    std::mutex mutex_;  ///< guards what follows
    TokenBucket bucket_;
    RateLimit<std::string> bad_;  ///< by who shows them
    std::size_t under_way_ = 0;
    bool stuck_ = false;  ///< somebody waited in vain, and no proof has ended since
    std::condition_variable ended_;
};

}  // namespace natscreds::provisioner
