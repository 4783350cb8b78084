#pragma once

#include <optional>

#include <natscreds/accounts/key_agent_message.h>
#include <natscreds/base/interval_clock.h>
#include <natscreds/nkeys/sealed_seed.h>

namespace natscreds::accounts {

/// Keeps one key that was made of a passphrase, and forgets it after a time.
///
/// Holds:   no answer has a key whose time is over, also where the machine has slept meanwhile.
/// Thread:  one.
class KeyAgent {
  public:
    explicit KeyAgent(const base::IntervalClock& clock) : clock_(clock) {}

    [[nodiscard]] AgentReply answer(const AgentRequest& request);

    /// How long it keeps a key still; 0: it has none any more.
    [[nodiscard]] std::chrono::seconds left();

  private:
    struct Kept {
        nkeys::SealingKey key;
        base::Instant until;
    };
    const base::IntervalClock& clock_;
    std::optional<Kept> kept_;
};

/// A longer time than somebody could mean.
constexpr std::chrono::hours max_kept_time{24 * 7};

}  // namespace natscreds::accounts
