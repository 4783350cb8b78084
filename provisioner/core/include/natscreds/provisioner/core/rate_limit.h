#pragma once

#include <cstdint>
#include <map>

#include <natscreds/base/clock.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// So many a second on average, and so many at once. No rate at all: any number.
struct Rate {
    std::int64_t per_second = 0;
    std::int64_t burst = 0;

    [[nodiscard]] bool limits() const noexcept { return per_second > 0; }
    bool operator==(const Rate&) const = default;
};

/// A bucket that holds `burst` tokens, of which each request takes one; every second brings new ones.
class TokenBucket {
  public:
    /// Whether a token was there to be taken.
    [[nodiscard]] bool take(const Rate& rate, base::Time now);
    /// Whether it is as full as one that nobody has used.
    [[nodiscard]] bool full(const Rate& rate, base::Time now) const;

  private:
    [[nodiscard]] std::int64_t tokens(const Rate& rate, base::Time now) const;

    std::int64_t used_ = 0;
    base::Time since_{};
};

/// A bucket for each key that was seen of late.
///
/// Holds:   full buckets are forgotten, so memory is bounded by the keys of the last burst / per_second seconds.
/// Thread:  one at a time.
class RateLimit {
  public:
    [[nodiscard]] bool allow(const nkeys::PublicKey& key, const Rate& rate, base::Time now);

  private:
    std::map<nkeys::PublicKey, TokenBucket> buckets_;
    base::Time last_cleared_{};
};

}  // namespace natscreds::provisioner
