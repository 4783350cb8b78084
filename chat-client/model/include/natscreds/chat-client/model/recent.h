#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>

namespace natscreds::chat {

/// The newest things that were seen, to tell a second one from a first: what is pushed out by `most` newer ones
/// is forgotten.
class Recent {
  public:
    explicit Recent(std::size_t most) : most_(most) {}

    /// Whether this is the first time.
    bool insert(const std::string& thing) {
        if (!seen_.insert(thing).second) return false;
        order_.push_back(thing);
        if (order_.size() > most_) {
            seen_.erase(order_.front());
            order_.pop_front();
        }
        return true;
    }

    [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

  private:
    std::size_t most_;
    std::unordered_set<std::string> seen_;
    std::deque<std::string> order_;
};

}  // namespace natscreds::chat
