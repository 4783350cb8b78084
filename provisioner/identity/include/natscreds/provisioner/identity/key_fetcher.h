#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include <natscreds/base/interval_clock.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/identity/key_source.h>
#include <natscreds/provisioner/identity/web.h>

namespace natscreds::provisioner::identity {

/// An issuer's keys, fetched by a thread of its own, which an issuer that hangs holds up in the place of the caller.
///
/// Holds:   keys that serve are had without waiting, also while they are fetched anew. For a key that is not known one
///          caller at a time waits for the answer, and no longer than `max_wait`.
/// Fails:   as KeyCache; Errc::unreachable while keys that may have the token's are being fetched.
/// Thread:  any.
class KeyFetcher final : public KeySource {
  public:
    static constexpr std::chrono::milliseconds max_wait{500};

    /// Begins to fetch at once. Web and clock must outlive it.
    KeyFetcher(KeyIssuer issuer, Web& web, const base::IntervalClock& clock);
    ~KeyFetcher() override;
    KeyFetcher(const KeyFetcher&) = delete;
    KeyFetcher& operator=(const KeyFetcher&) = delete;

    [[nodiscard]] base::Result<KeySet> keys_for(const ForeignJwt& token) override;

    /// What the fetch says that is under way, or the next.
    [[nodiscard]] base::Result<KeySet> renew() override;

  private:
    void fetch_when_wanted(const std::stop_token& stop);

    Web& web_;
    const base::IntervalClock& clock_;
    KeyCache cache_;
    std::mutex mutex_;  ///< guards what follows
    std::condition_variable_any changed_;
    bool wanted_ = true;    ///< that keys are fetched; until they are
    bool waiting_ = false;  ///< somebody waits for a key that is not known
    base::Result<KeySet> last_;
    std::jthread thread_;  ///< last: it uses all the others
};

}  // namespace natscreds::provisioner::identity
