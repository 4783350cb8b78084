#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include <natscreds/provisioner/policy/policy.h>

namespace natscreds::provisioner {

/// The policy in force: replaced as a whole, and kept alive by whoever is still working with the one before.
/// Thread: any.
class CurrentPolicy {
  public:
    explicit CurrentPolicy(Policy policy) : policy_(std::make_shared<const Policy>(std::move(policy))) {}

    [[nodiscard]] std::shared_ptr<const Policy> load() const {
        const std::lock_guard lock(mutex_);
        return policy_;
    }

    void replace(Policy policy) {
        auto next = std::make_shared<const Policy>(std::move(policy));
        const std::lock_guard lock(mutex_);
        policy_.swap(next);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Policy> policy_;
};

}  // namespace natscreds::provisioner
