#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace natscreds::bus {

/// Things that others own, for as long as they live.
///
/// Thread:  one at a time.
template <class T>
class WeakList {
  public:
    void add(const std::shared_ptr<T>& thing) {
        std::erase_if(all_, [](const std::weak_ptr<T>& entry) { return entry.expired(); });
        all_.push_back(thing);
    }

    /// Those that are still there; the others are forgotten.
    [[nodiscard]] std::vector<std::shared_ptr<T>> living() {
        std::vector<std::shared_ptr<T>> living;
        std::erase_if(all_, [&living](const std::weak_ptr<T>& entry) {
            std::shared_ptr<T> thing = entry.lock();
            const bool gone = thing == nullptr;
            if (!gone) living.push_back(std::move(thing));
            return gone;
        });
        return living;
    }

  private:
    std::vector<std::weak_ptr<T>> all_;
};

}  // namespace natscreds::bus
