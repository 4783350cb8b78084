#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

#include <natscreds/base/periodic_task.h>
#include <natscreds/base/result.h>

namespace natscreds::provisioner {

/// Whether requests would be answered: looked at again and again on a thread of its own, and remembered.
///
/// Holds:   now() never waits for what is looked at. Not ready before the first look has ended, and while one takes
///          longer than `timeout`.
/// Thread:  any.
class Readiness {
  public:
    struct Parts {
        std::function<base::Status()> look;
        std::chrono::milliseconds interval{2000};
        std::chrono::milliseconds timeout{3000};
    };
    explicit Readiness(Parts parts);
    ~Readiness();

    [[nodiscard]] base::Status now() const;

    /// Something is known to be missing: not ready from now on, until a look that begins later finds otherwise.
    void lost(base::Error what);
    /// Something has come back, or has ended.
    void look_again();
    /// There is no further look. Does not wait for one that is under way.
    void stop() noexcept;
    /// The same, and none is under way any more.
    void end();

  private:
    using Clock = std::chrono::steady_clock;
    void look();

    const Parts parts_;
    mutable std::mutex mutex_;  ///< guards what follows
    base::Status known_;
    Clock::time_point looking_since_ = Clock::time_point::max();
    std::uint64_t losses_ = 0;
    const std::unique_ptr<base::PeriodicTask> looking_;  ///< last: it uses all the others
};

}  // namespace natscreds::provisioner
