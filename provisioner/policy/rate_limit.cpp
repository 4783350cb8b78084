#include <natscreds/provisioner/policy/rate_limit.h>

#include <algorithm>

namespace natscreds::provisioner {

std::int64_t TokenBucket::tokens(const Rate& rate, base::Instant now) const {
    // The first minute fills any sensible bucket, and a longer time could overflow.
    const std::int64_t seconds = std::clamp<std::int64_t>((now - since_).count(), 0, 24 * 3600);
    return std::min(rate.burst, rate.burst - used_ + seconds * rate.per_second);
}

bool TokenBucket::take(const Rate& rate, base::Instant now) {
    const std::int64_t left = tokens(rate, now);
    used_ = rate.burst - left;
    since_ = now;
    if (left <= 0) return false;
    ++used_;
    return true;
}

bool TokenBucket::full(const Rate& rate, base::Instant now) const {
    return tokens(rate, now) >= rate.burst;
}

}  // namespace natscreds::provisioner
