#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include <natscreds/access/client.h>
#include <natscreds/access/credentials_store.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/backoff.h>

namespace natscreds::access {

/// Newer credentials, and whose signatures to believe from now on about other people's names: the issuers that the
/// service's reply named; where somebody else has renewed, the one who signed.
struct Renewal {
    jwt::Credentials credentials;
    std::vector<nkeys::PublicKey> issuers;
};

/// What a renewer tells, on the thread that it runs on.
struct RenewerEvents {
    /// Newer credentials are in the store: to be used from now on.
    std::function<void(Renewal)> renewed;
    /// An attempt failed, or was refused; there will be another one.
    std::function<void(const base::Error&)> failed;
};

/// Keeps credentials alive: asks for newer ones when two thirds of their life are over.
///
/// Holds:   the store is read before each attempt, so that credentials which somebody else renewed meanwhile
///          are used instead; and written before renewed() is called. After a failure it tries again, at
///          growing and scattered intervals (retry_backoff, or when the service says), as long as the
///          credentials live; many clients that started together do not ask together.
/// Thread:  one at a time; it makes none of its own.
class Renewer {
  public:
    static constexpr bus::Backoff retry_backoff{std::chrono::seconds(1), std::chrono::minutes(1)};

    /// `service.requests` go as the user whose credentials these are.
    struct Parts {
        Service service;
        CredentialsStore& store;
        RenewerEvents events;
        /// A fresh proof of who asks, for credentials that were issued on one; asked for at each attempt.
        std::function<base::Result<std::optional<Identity>>()> identity = {};
    };
    Renewer(Parts parts, const jwt::Credentials& current);

    /// Renews if it is time, and says when to call again.
    /// Fails: Errc::not_in_time when the credentials have ended and nobody has renewed them; Errc::not_renewable
    ///        when they never end.
    [[nodiscard]] base::Result<base::Time> renew_if_due();

  private:
    void schedule(const jwt::Decoded<jwt::UserClaims>& user);
    [[nodiscard]] base::Status renew();
    void use(Renewal renewal);
    [[nodiscard]] base::Time next_attempt(base::Time now);
    [[nodiscard]] double chance();

    const Parts parts_;
    jwt::Token token_;  ///< in use
    std::optional<base::Time> expires_;
    base::Time due_{};
    unsigned failures_ = 0;
    std::optional<std::chrono::seconds> retry_after_;
};

/// Calls the renewer whenever it is time, until it is told to stop or the renewer fails, as this then does.
/// The clock is looked at every few seconds, so that a machine that has slept is not late.
[[nodiscard]] base::Status keep_renewed(Renewer& renewer, const base::Clock& clock,
                                        const std::stop_token& stop);

}  // namespace natscreds::access
