#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace natscreds::provisioner {

/// What was looked up and may be looked up again: to have it saves time, and nothing more.
///
/// Holds:   at most `most` entries; when one more comes, all others are forgotten.
/// Thread:  one at a time.
template <class Value>
class BoundedCache {
  public:
    explicit BoundedCache(std::size_t most) : most_(most) {}

    void put(const std::string& key, Value value) {
        if (entries_.size() >= most_ && !entries_.contains(key)) entries_.clear();
        entries_.insert_or_assign(key, std::move(value));
    }
    /// Null where it is not known. Good until the next change.
    [[nodiscard]] const Value* find(const std::string& key) const {
        const auto found = entries_.find(key);
        return found != entries_.end() ? &found->second : nullptr;
    }
    void erase(const std::string& key) { entries_.erase(key); }
    void clear() { entries_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

  private:
    const std::size_t most_;
    std::unordered_map<std::string, Value> entries_;
};

}  // namespace natscreds::provisioner
