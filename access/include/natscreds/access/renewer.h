#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include <natscreds/access/client.h>
#include <natscreds/access/credentials_store.h>
#include <natscreds/base/due.h>
#include <natscreds/base/result.h>
#include <natscreds/bus/backoff.h>

namespace natscreds::access {

/// Newer credentials, and whose signatures to believe from now on about other people's names: the issuers that the
/// service's reply named; where somebody else has renewed, the one who signed.
struct Renewal {
    jwt::Credentials credentials;
    std::vector<nkeys::PublicKey> issuers;
    base::Status stored = {};  ///< why they are not in the store yet, where they are not
};

/// What a renewer tells, on the thread that it runs on.
struct RenewerEvents {
    /// Newer credentials are to be used from now on.
    std::function<void(Renewal)> renewed;
    /// Those that could not be stored when they came are in the store now.
    std::function<void()> stored = {};
    /// An attempt failed, or was refused; there will be another one.
    std::function<void(const base::Error&)> failed;
    /// keep_renewed() has looked at the clocks, which it does every few seconds and when the credentials end.
    std::function<void()> looked = {};
};

/// Keeps credentials alive: asks for newer ones when two thirds of their life are over, and, where somebody may ask
/// for access, for new ones to the same key when they have ended all the same.
///
/// Holds:   the store is read before each attempt, so that credentials which somebody else renewed meanwhile
///          are used instead: those of the same key and account that were issued later, and no others. What the
///          service gave is used also where it cannot be stored; that is then tried again at each call. The
///          store is written when it is empty or holds older ones of ours; what is somebody else's, or cannot be
///          read, stays. After a failure it tries again, at
///          growing and scattered intervals (retry_backoff, or when the service says), as long as the
///          credentials live; many clients that started together do not ask together. Once they have ended, or the
///          service finds that they cannot be renewed, it asks for access (Parts::ask_anew), for ever, with the
///          whole of each interval left to chance (ask_anew_at_most). A date that is set puts none
///          of this off; credentials have ended when the date or the time since they came says so.
/// Thread:  one at a time; it makes none of its own.
class Renewer {
  public:
    static constexpr bus::Backoff retry_backoff{std::chrono::seconds(1), std::chrono::minutes(1)};
    /// Between two requests for access, or a third of the credentials' life where that is less: hundreds that an
    /// outage has ended ask evenly over this time once it is over, and all of them are back soon after it. Of one that
    /// was given for seconds nobody should be without for longer than it lives.
    static constexpr std::chrono::seconds ask_anew_at_most{10};

    /// `service.requests` go as the user whose credentials these are.
    struct Parts {
        Service service;
        CredentialsStore& store;
        RenewerEvents events;
        const base::IntervalClock& intervals;
        /// A fresh proof of who asks, for credentials that were issued on one; asked for at each attempt.
        std::function<base::Result<std::optional<Identity>>()> identity = {};
        /// Asks for access for this key, as whoever may. Not set: nobody may.
        std::function<base::Result<Answer>(const nkeys::SigningKey& key)> ask_anew = {};
    };
    Renewer(Parts parts, const jwt::Credentials& current);

    /// Renews if it is time, and says how long to wait until it is called again.
    /// Fails: Errc::not_in_time when the credentials have ended, nobody has renewed them, and nobody may ask for new
    ///        ones; what the service refuses for good: with a Reason of number 403, or, asked for access, one that
    ///        waiting does not change (may_pass()); Errc::not_renewable when they never end.
    [[nodiscard]] base::Result<std::chrono::seconds> renew_if_due();

    /// How long they live from now; zero when they have ended. Nothing for those that never do.
    [[nodiscard]] std::optional<std::chrono::seconds> left() const;

    [[nodiscard]] const RenewerEvents& events() const noexcept { return parts_.events; }

  private:
    /// What lies in the store, beside what is in use.
    enum class Found { newer, same, older, nothing, of_others, unreadable };

    /// How much of the life of credentials is over: those of others are as old as the date says.
    enum class Age { new_born, by_date };

    [[nodiscard]] base::Clocks clocks() const { return {parts_.service.clock, parts_.intervals}; }
    void schedule(Age age);
    [[nodiscard]] bool ended() const;
    [[nodiscard]] base::Status renew();
    [[nodiscard]] base::Status ask();
    [[nodiscard]] base::Status ask_anew();
    [[nodiscard]] base::Status take(base::Result<Answer> answer);
    [[nodiscard]] base::Error ended_when() const;
    [[nodiscard]] Found compare(const base::Result<jwt::Credentials>& stored) const;
    [[nodiscard]] base::Status store(const base::Result<jwt::Credentials>& before);
    void store_late();
    [[nodiscard]] base::Status use(Renewal newer, Age age);
    [[nodiscard]] base::Due next_attempt();
    [[nodiscard]] std::chrono::seconds before_the_end();
    [[nodiscard]] std::chrono::seconds after_the_end();
    [[nodiscard]] double chance();

    const Parts parts_;
    jwt::Credentials current_;  ///< in use
    bool stored_ = true;
    std::optional<base::Time> expires_;
    std::chrono::seconds life_{};
    base::Instant ends_{};  ///< the same, if the date was right when they came
    base::Due due_;
    unsigned failures_ = 0;
    std::optional<std::chrono::seconds> retry_after_;
    bool final_ = false;  ///< what the service said last stays so
};

/// Calls the renewer whenever it is time, until it is told to stop or the renewer fails, as this then does.
/// The clocks are looked at every few seconds, so that a machine that has slept is not late.
[[nodiscard]] base::Status keep_renewed(Renewer& renewer, const std::stop_token& stop);

}  // namespace natscreds::access
