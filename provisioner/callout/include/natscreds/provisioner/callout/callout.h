#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/message.h>
#include <natscreds/nkeys/curve_key.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/provisioner/callout/callout_request.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/policy/current_policy.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <natscreds/provisioner/requests/answer.h>

namespace natscreds::provisioner {

class IdentityDesk;
struct VerifiedIdentity;

/// Keys that were seen of late.
///
/// Holds:   for at least `remembered`, unless so many come that memory is worth more. Thread: one at a time.
class RecentKeys {
  public:
    /// Whether it was not seen before.
    [[nodiscard]] bool first_time(const nkeys::PublicKey& key, base::Instant now);

    [[nodiscard]] std::size_t size() const noexcept { return newer_.size() + older_.size(); }
    static constexpr std::size_t most = 65536;  ///< newer ones, and as many older

  private:
    static constexpr std::chrono::seconds remembered{90};

    std::set<nkeys::PublicKey> newer_;
    std::set<nkeys::PublicKey> older_;
    base::Instant since_{};
};

/// Decides for nats-servers who may connect: a ServiceAccount, under its name, with the permissions of its role
/// and no others; a subject of an issuer, a user with a password and the owner of a certificate as their rules say; each
/// as long as its proof lives. Nobody else.
///
/// Shape:   the client's password (or its token) is the proof; its user the ServiceAccount's name, `oidc` or none
///          for an issuer's token, or the password's user. Whoever shows neither is known by a certificate.
/// Holds:   exactly one answer to each question with a reply subject of a server's; a question that cannot be read
///          is answered with nothing, which the server takes as a refusal. What is refused is never signed for,
///          and what comes later than the server waits is refused.
/// Thread:  any, if verifier, clock and random allow that.
class Callout {
  public:
    struct Parts {
        const CurrentPolicy& policy;
        identity::Verifiers verifiers;
        const identity::ServiceRoles& roles;
        Ledger& ledger;
        const base::Clock& clock;
        const base::IntervalClock& intervals;
        base::Random& random;
        /// Whether there is a server with that key. Not set: whoever may publish to us is taken for one.
        std::function<bool(const nkeys::PublicKey&)> known_server = {};
    };
    struct Settings {
        nkeys::SigningKey key;                ///< signs the answers: the callout account's
        std::optional<nkeys::CurveKey> xkey;  ///< opens questions and seals answers
        std::string role;                ///< of the policy: signs for ServiceAccounts, and says for how long
        Rate proof_rate = {};            ///< of tokens to be checked; off
        std::size_t proofs_at_once = 1;  ///< that the verifier is asked about
    };
    Callout(Parts parts, Settings settings);
    ~Callout();

    /// Nothing when the reply subject is not a server's: such questions are dropped.
    [[nodiscard]] std::optional<Answer> answer(const bus::Message& message);

    /// The same in two steps, for whoever decides when the second is taken: open() refuses what needs no proof to be
    /// looked at, and decide() has the proof verified.
    struct Inquiry;
    using Opened = std::shared_ptr<Inquiry>;
    struct Dropped {};
    [[nodiscard]] std::variant<Dropped, Answer, Opened> open(const bus::Message& message);
    [[nodiscard]] Answer decide(const Opened& opened);
    [[nodiscard]] Answer refuse(const Opened& opened, const base::Error& why) const;
    /// Whether a password has to be hashed for it, which takes more time and memory than all else together.
    [[nodiscard]] bool hashes(const Inquiry& inquiry) const;

    /// A refusal without looking at the question. Nothing as above.
    [[nodiscard]] std::optional<Answer> turn_away(const bus::Message& message, const base::Error& why) const;

  private:
    struct Client;
    /// By what a client wants to be known.
    enum class Proof { account_token, issuer_token, password, certificate };

    [[nodiscard]] base::Status let_in(Inquiry& inquiry);
    [[nodiscard]] base::Status check_first(const Inquiry& inquiry);
    [[nodiscard]] base::Status check_name(const Issuer& issuer, const Name& name,
                                          const Inquiry& inquiry) const;
    [[nodiscard]] Proof proof_of(const Inquiry& inquiry) const;
    [[nodiscard]] base::Result<VerifiedIdentity> verify(std::string_view kind, Inquiry& inquiry);
    [[nodiscard]] base::Result<Client> service_account(Inquiry& inquiry);
    [[nodiscard]] base::Result<Client> subject(std::string_view kind, Inquiry& inquiry);
    [[nodiscard]] Answer answer_to(Inquiry& inquiry, const base::Status& decided) const;
    [[nodiscard]] base::Result<identity::ServiceRole> role_of(const identity::AccountName& account) const;
    [[nodiscard]] base::Status admit(const Client& client, Inquiry& inquiry);
    [[nodiscard]] base::Status check_unchanged(const Client& client, const Inquiry& inquiry) const;
    [[nodiscard]] std::string response(const CalloutRequest& request,
                                       const jwt::AuthorizationResponseClaims& claims) const;

    [[nodiscard]] std::optional<base::Error> trouble_of(const bus::Message& message);
    [[nodiscard]] base::Status check_rate(const Inquiry& inquiry);
    [[nodiscard]] base::Status check_replay(const Inquiry& inquiry);

    Parts parts_;
    Settings settings_;
    std::atomic<bool> told_of_seal_ = false;
    std::unique_ptr<IdentityDesk> identities_;
    std::mutex mutex_;               ///< guards what follows
    RateLimits<std::string> rates_;  ///< by the host
    RecentKeys
        asked_;  ///< servers make a key for each connection, so the same one again is a question replayed
};

}  // namespace natscreds::provisioner
