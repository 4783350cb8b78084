#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/access/renewal.h>
#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/message.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/identity/verifiers.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/policy/current_policy.h>
#include <natscreds/provisioner/policy/name_pattern.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <natscreds/provisioner/requests/answer.h>
#include <natscreds/provisioner/requests/requests.h>

namespace natscreds::provisioner {

class IdentityDesk;

/// Turns a request into its answer: the whole of the protocol but for the network and the disk.
///
/// Holds:   exactly one answer to each request with a usable reply subject; what is refused is never signed.
/// Thread:  respond() may be called from several threads at once, if clock and random allow that.
class Responder {
  public:
    struct Parts {
        const CurrentPolicy& policy;
        Ledger& ledger;
        const base::Clock& clock;
        const base::IntervalClock& intervals;
        base::Random& random;
        identity::Verifiers verifiers = {};  ///< none: no proofs of identity are believed
        const identity::ServiceRoles* service_roles = nullptr;
    };
    struct Settings {
        access::Subjects subjects;
        Requests requests = Requests::direct;
        /// A reply goes only to subjects that begin with one of these and a dot (or are one of these):
        /// otherwise a requester could make the service publish wherever the service may.
        std::vector<std::string> reply_prefixes{"_INBOX", "_INBOX_", "_R_"};
        std::string server_id;
        Rate proof_rate = {};            ///< of proofs to be checked; off
        std::size_t proofs_at_once = 1;  ///< that the verifier is asked about
    };
    Responder(const Parts& parts, Settings settings);
    ~Responder();

    /// Nothing when the request has no usable reply subject: such requests are dropped.
    [[nodiscard]] std::optional<Answer> respond(const bus::Message& request);

    /// A refusal without looking at the request any closer. Nothing as above.
    [[nodiscard]] std::optional<Answer> turn_away(const bus::Message& request, const base::Error& why) const;

    /// From now on no reply says when to renew, for renewals are not served.
    void omit_renewals() noexcept { serves_renewals_ = false; }

  private:
    struct Inquiry;
    struct Asked;

    [[nodiscard]] bool usable(std::string_view reply) const;
    [[nodiscard]] base::Status identify(Inquiry& inquiry);
    [[nodiscard]] base::Status check_rate(const Inquiry& inquiry);
    [[nodiscard]] base::Status check_denied(const Denial& whom, const Inquiry& inquiry) const;
    [[nodiscard]] base::Status check_key(const Asked& asked, const Inquiry& inquiry) const;
    [[nodiscard]] base::Status check_name_denied(const Name& name, const Issuer& issuer,
                                                 const Inquiry& inquiry) const;

    struct Wanted;
    struct Applicant;
    [[nodiscard]] base::Status answer(Inquiry& inquiry);
    [[nodiscard]] base::Result<Asked> read_access(Inquiry& inquiry) const;
    [[nodiscard]] std::string role_of(const access::AccessOptions& options, const Policy& policy) const;
    [[nodiscard]] base::Result<Asked> read_plain(Inquiry& inquiry) const;
    [[nodiscard]] base::Result<Asked> read_renewal(Inquiry& inquiry) const;
    [[nodiscard]] base::Result<Wanted> decide(const Asked& asked, Inquiry& inquiry) const;
    [[nodiscard]] base::Result<Name> name_for(const Asked& asked, const Applicant& applicant,
                                              Inquiry& inquiry) const;
    [[nodiscard]] static NameFacts facts_of(const Applicant& applicant, const Inquiry& inquiry);
    [[nodiscard]] base::Result<Applicant> verify(const std::optional<access::Identity>& identity,
                                                 const Issuer& issuer, Inquiry& inquiry) const;
    [[nodiscard]] base::Status check_role(Applicant& applicant, const Issuer& issuer,
                                          const Inquiry& inquiry) const;
    [[nodiscard]] base::Result<jwt::Permissions> permissions_of(const Wanted& wanted) const;
    [[nodiscard]] base::Result<Order> order_of(const Wanted& wanted, const Decision& decision) const;
    [[nodiscard]] base::Result<jwt::Token> issue(const Wanted& wanted, Inquiry& inquiry) const;
    [[nodiscard]] base::Result<Kept> claim(const Wanted& wanted, const Inquiry& inquiry) const;
    [[nodiscard]] static Owner owner_of(const Wanted& wanted, const Inquiry& inquiry);
    [[nodiscard]] std::optional<std::chrono::seconds> wait_for_room(const std::string& name,
                                                                    base::Time now) const;
    static void write_down(const Wanted& wanted, const Decision& decision, Inquiry& inquiry);
    [[nodiscard]] std::string grant(const jwt::Token& token, const Wanted& wanted,
                                    const Inquiry& inquiry) const;

    Parts parts_;
    Settings settings_;
    std::unique_ptr<IdentityDesk> identities_;
    std::atomic<bool> serves_renewals_ = true;
    std::mutex rates_mutex_;
    RateLimits<nkeys::PublicKey> rates_;
};

}  // namespace natscreds::provisioner
