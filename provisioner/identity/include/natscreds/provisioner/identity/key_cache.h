#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/key_set.h>
#include <natscreds/provisioner/identity/key_source.h>
#include <natscreds/provisioner/identity/web.h>

namespace natscreds::provisioner::identity {

/// Where an issuer's key set is, by its discovery document.
/// Fails: Errc::too_large, bad_json, bad_discovery (another issuer, or a key set that is not at https).
/// Source: OpenID Connect Discovery 1.0 section 4.3.
[[nodiscard]] base::Result<std::string> key_set_address(std::string_view document, std::string_view issuer);

/// How long an issuer's keys are good for.
struct Freshness {
    std::chrono::seconds renew_after{300};
    std::chrono::seconds refuse_after{3600};     ///< the issuer may be out of reach this long
    std::chrono::seconds ask_at_most_every{10};  ///< so that made-up key ids cannot have us ask without end
};

/// Whose keys.
struct KeyIssuer {
    std::string name;              ///< the `iss` of its tokens
    std::string discovery_url;     ///< where its discovery document is, which need not be below its name
    std::string key_set_url = {};  ///< where its keys are, in place of a discovery document
    Freshness freshness = {};
};

/// An issuer's keys, asked for when they are needed.
///
/// Holds:   keys are asked for anew when they are old and when a token names an unknown one, and never more often
///          than `ask_at_most_every`. While the issuer is out of reach those that are known go on, up to a limit.
///          What is done to the machine's date changes none of that.
/// Fails:   Errc::stale_keys when there are none that are young enough; its detail says why.
/// Thread:  any; one asks, and the others go on with what is known.
class KeyCache final : public KeySource {
  public:
    KeyCache(KeyIssuer issuer, const Web& web, const base::IntervalClock& clock);

    [[nodiscard]] base::Result<KeySet> keys_for(const ForeignJwt& token) override;

    /// Fails: as Web and KeySet.
    [[nodiscard]] base::Result<KeySet> renew() override;

    /// Whether keys_for() would ask on this token's behalf.
    [[nodiscard]] bool worth_asking(const ForeignJwt& token, base::Instant now) const;
    /// The keys, without asking. Fails: Errc::stale_keys.
    [[nodiscard]] base::Result<KeySet> known(base::Instant now) const;

  private:
    [[nodiscard]] base::Result<std::string> address_of_keys() const;
    [[nodiscard]] base::Result<KeySet> ask() const;
    void keep(base::Result<KeySet> answer, base::Instant asked_at);

    const KeyIssuer issuer_;
    const Web& web_;
    const base::IntervalClock& clock_;

    std::mutex asking_;         ///< held by the one who asks; taken before mutex_
    mutable std::mutex mutex_;  ///< guards what follows
    std::optional<KeySet> keys_;
    base::Instant keys_at_{};
    std::optional<base::Instant> asked_at_;
    std::string failure_;  ///< of the last time that it was asked
};

}  // namespace natscreds::provisioner::identity
