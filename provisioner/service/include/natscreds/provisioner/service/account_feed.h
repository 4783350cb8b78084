#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/connection_options.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/policy/current_policy.h>
#include <natscreds/provisioner/policy/policy.h>

namespace natscreds::provisioner {

/// Why a JWT is not taken for the account's newest, or the one that is in force cannot be relied on.
enum class AccountFeedErrc {
    other_account = 1,  ///< it is of another account
    other_signer,       ///< it is signed by another key than the one that the service was given
    older,              ///< it was issued before the one that is in force
    out_of_date,        ///< the one that is in force was not confirmed for long
    not_system,         ///< no server answers questions about accounts to that user
};

std::error_code make_error_code(AccountFeedErrc) noexcept;

/// Whether a JWT may take the place of one that is known. Fails: AccountFeedErrc, in that order.
[[nodiscard]] base::Status check_newer(const jwt::Decoded<jwt::AccountClaims>& known,
                                       const jwt::Decoded<jwt::AccountClaims>& offered);

/// What is to be known of the JWTs that servers have of the policy's accounts, each asked for once as a user who is to be of
/// the system account: that they are older or signed by another key than those of the policy, or that a role's signing key is
/// not listed in them as the role needs it. Where they are newer and list it there is nothing to say: the service follows
/// them.
/// Fails: as bus::Connection::open; AccountFeedErrc::not_system; bus::Errc::permission_denied where the user may not ask;
///        bus::Errc::timeout where servers take the question and say nothing.
[[nodiscard]] base::Result<std::vector<base::Error>> look_at_live_accounts(bus::ConnectionOptions system,
                                                                           const Policy& policy);

/// Keeps the policy at the newest JWT of each of its accounts, so that what servers refuse as revoked is not renewed here.
///
/// Holds:   with a user of the system account, the servers are asked every two seconds what they have; without one, the
///          accounts' files are read every second. A JWT is taken only when check_newer() lets it. What was known
///          stays in force while nobody answers.
/// Fails:   start: as bus::Connection::open and listen. Servers that do not answer within two seconds are no failure.
/// Thread:  any.
/// Source:  nats-server events.go: CLAIMS.LOOKUP, answered by a full resolver, and INFO, answered by all.
class AccountFeed {
  public:
    struct Parts {
        CurrentPolicy& policy;  ///< of accounts with JWTs
        const base::IntervalClock& intervals;
        std::vector<std::filesystem::path> files;      ///< the accounts'
        std::optional<bus::ConnectionOptions> system;  ///< a user of the system account
        std::function<void(const std::string&)> tell;  ///< for the log
        std::chrono::seconds out_of_date_after{60};
    };
    [[nodiscard]] static base::Result<std::unique_ptr<AccountFeed>> start(Parts parts);
    ~AccountFeed();

    /// Another policy and the files of its accounts, given by whoever runs the service: they need not have the same
    /// signer.
    void replace(Policy policy, std::vector<std::filesystem::path> files);

    /// The connection of the user of the system account; null without one. It is there as long as this.
    [[nodiscard]] bus::Connection* system();

    /// When the JWTs in force were last known to be the newest, all of them.
    [[nodiscard]] std::optional<base::Instant> confirmed() const;

    /// Fails: AccountFeedErrc::out_of_date, which says of which account, and since when.
    [[nodiscard]] base::Status ready() const;

  private:
    class Threads;
    explicit AccountFeed(std::unique_ptr<Threads> threads);
    std::unique_ptr<Threads> threads_;
};

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::AccountFeedErrc> : std::true_type {};
