#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include <natscreds/bus/key_value.h>

#include "bound_bucket.h"

namespace natscreds::bus {

/// Watches a bucket on a thread of its own: over the newest link, and over again whenever the connection was
/// lost, for nobody can say what happened in the meantime.
class BucketWatch final : public KeyWatch {
  public:
    BucketWatch(std::shared_ptr<BucketBinding> binding, KeyWatcher watcher);

  private:
    void run(const std::stop_token& stop);
    [[nodiscard]] base::Status watch(const std::stop_token& stop);
    [[nodiscard]] base::Result<SubscriptionHandle> subscribe(const BoundBucket& bucket);
    [[nodiscard]] base::Status tell_next(ClientSubscription& changes);
    [[nodiscard]] base::Status look_for_missing(const BoundBucket& bucket);
    void become_current();
    void cut_off(const base::Error& why);
    [[nodiscard]] std::string doing() const;

    const std::shared_ptr<BucketBinding> binding_;
    const KeyWatcher watcher_;
    bool current_ = false;  ///< of the thread alone, as what follows
    struct Told {
        std::uint64_t changes = 0;         ///< by the consumer that tells them: none may be missing
        std::uint64_t changes_before = 0;  ///< when the stream was looked at last
        std::uint64_t revision = 0;        ///< the newest, or the newest that there was at the start
        std::uint64_t due = 0;             ///< the stream's newest when it was looked at last
    };
    Told told_;
    std::chrono::steady_clock::time_point looked_;
    bool cut_off_ = false;
    std::jthread thread_;
};

}  // namespace natscreds::bus
