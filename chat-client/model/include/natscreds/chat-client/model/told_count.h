#pragma once

#include <chrono>
#include <cstdint>

#include <natscreds/base/clock.h>

namespace natscreds::chat {

/// How often something has happened, of which is told at most every ten seconds.
class ToldCount {
  public:
    /// It has happened again; whether that is told now. The date may have been set meanwhile, forth or back.
    [[nodiscard]] bool add(base::Time now) {
        ++count_;
        if (std::chrono::abs(now - told_) < std::chrono::seconds(10)) return false;
        told_ = now;
        return true;
    }
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  private:
    std::uint64_t count_ = 0;
    base::Time told_{};
};

}  // namespace natscreds::chat
