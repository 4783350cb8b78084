#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include <natscreds/base/interval_clock.h>

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
    [[nodiscard]] bool take(const Rate& rate, base::Instant now);
    /// Whether it is as full as one that nobody has used.
    [[nodiscard]] bool full(const Rate& rate, base::Instant now) const;

    /// How many there are.
    [[nodiscard]] std::int64_t tokens(const Rate& rate, base::Instant now) const;

  private:
    std::int64_t used_ = 0;
    base::Instant since_{};
};

/// A bucket for each key that was seen of late: public keys, or the hosts that clients are on.
///
/// Holds:   full buckets are forgotten, and where there are `max_keys` that are not, those from which least was taken:
///          whoever comes under many keys frees nobody who has used up a bucket.
/// Thread:  one at a time.
template <class Key>
class RateLimit {
  public:
    static constexpr std::size_t max_keys = 65'536;

    [[nodiscard]] bool allow(const Key& key, const Rate& rate, base::Instant now) {
        if (!rate.limits()) return true;
        if (now != last_cleared_) {
            last_cleared_ = now;
            std::erase_if(buckets_, [&](const auto& entry) { return entry.second.full(rate, now); });
        }
        if (buckets_.size() >= max_keys && !buckets_.contains(key)) forget_some(rate, now);
        return buckets_[key].take(rate, now);
    }

    /// Whether allow() would say yes; nothing is taken.
    [[nodiscard]] bool would_allow(const Key& key, const Rate& rate, base::Instant now) const {
        const auto found = buckets_.find(key);
        return found == buckets_.end() || found->second.tokens(rate, now) > 0;
    }

    [[nodiscard]] std::size_t size() const noexcept { return buckets_.size(); }

  private:
    /// A sixteenth of them, so that a flood has them looked through seldom.
    void forget_some(const Rate& rate, base::Instant now) {
        std::vector<std::int64_t> left;
        for (const auto& [key, bucket] : buckets_)
            left.push_back(bucket.tokens(rate, now));
        const auto last = left.begin() + static_cast<std::ptrdiff_t>(max_keys / 16);
        std::ranges::nth_element(left, last, std::greater());
        std::size_t more = max_keys / 16;
        std::erase_if(buckets_, [&](const auto& entry) {
            return more > 0 && entry.second.tokens(rate, now) >= *last && more-- > 0;
        });
    }

    std::map<Key, TokenBucket> buckets_;
    base::Instant last_cleared_{};
};

/// The rates of each and of all.
struct Rates {
    Rate each;
    Rate all;
};

enum class Pace { allowed, too_many_of_one, too_many };

/// A limit for each key, and one for all together. What is refused to one takes nothing from the others.
///
/// Thread:  one at a time.
template <class Key>
class RateLimits {
  public:
    /// Without a key it counts among all alone.
    [[nodiscard]] Pace allow(const std::optional<Key>& key, const Rates& rates, base::Instant now) {
        if (key && !each_.allow(*key, rates.each, now)) return Pace::too_many_of_one;
        return !rates.all.limits() || all_.take(rates.all, now) ? Pace::allowed : Pace::too_many;
    }

  private:
    RateLimit<Key> each_;
    TokenBucket all_;
};

}  // namespace natscreds::provisioner
