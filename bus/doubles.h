#pragma once

#include <cstddef>
#include <unordered_map>

namespace natscreds::bus {

/// Messages that came once and may come a second time, by their fingerprints.
///
/// Holds:   at most `most`; what comes while there are so many is not remembered, and may be handled twice.
/// Thread:  one at a time.
class Doubles {
  public:
    static constexpr std::size_t most = 65'536;

    void add(std::size_t fingerprint) {
        if (counts_.size() < most || counts_.contains(fingerprint)) ++counts_[fingerprint];
    }
    /// Whether it came before; each is taken as often as it came.
    [[nodiscard]] bool take(std::size_t fingerprint) {
        const auto known = counts_.find(fingerprint);
        if (known == counts_.end()) return false;
        if (--known->second == 0) counts_.erase(known);
        return true;
    }
    void clear() { counts_.clear(); }
    [[nodiscard]] bool empty() const noexcept { return counts_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

  private:
    std::unordered_map<std::size_t, int> counts_;
};

}  // namespace natscreds::bus
