#pragma once

#include <cstdint>
#include <map>

#include <natscreds/base/clock.h>

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

/// A bucket for each key that was seen of late: public keys, or the hosts that clients are on.
///
/// Holds:   full buckets are forgotten, so memory is bounded by the keys of the last burst / per_second seconds.
/// Thread:  one at a time.
template <class Key>
class RateLimit {
  public:
    [[nodiscard]] bool allow(const Key& key, const Rate& rate, base::Time now) {
        if (!rate.limits()) return true;
        if (now != last_cleared_) {
            last_cleared_ = now;
            std::erase_if(buckets_, [&](const auto& entry) { return entry.second.full(rate, now); });
        }
        return buckets_[key].take(rate, now);
    }

  private:
    std::map<Key, TokenBucket> buckets_;
    base::Time last_cleared_{};
};

}  // namespace natscreds::provisioner
