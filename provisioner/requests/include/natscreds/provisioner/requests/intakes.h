#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include <natscreds/bus/subscription.h>

namespace natscreds::provisioner {

/// The subscriptions by which requests arrive at this copy of the service.
///
/// Holds:   where there is no server nothing arrives, and nothing is waited for: there the client library would wait
///          for its next attempt to connect.
/// Thread:  one at a time.
class Intakes {
  public:
    /// `connected` is of its connection, and must outlive this.
    void add(bus::Subscription subscription, const std::atomic<bool>& connected) {
        all_.push_back({.subscription = std::move(subscription), .connected = connected});
    }

    /// Takes in nothing new: the other copies of the queue group have it. What is not handled within `limit` is lost.
    void drain(std::chrono::milliseconds limit) noexcept {
        for (Intake& intake : all_) {
            if (intake.connected) intake.subscription.drain(limit);
        }
    }
    /// Waits until what had arrived is handled. Whether that was in time.
    [[nodiscard]] bool finished_within(std::chrono::milliseconds limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        return std::ranges::all_of(all_, [&](Intake& intake) {
            return !intake.connected || intake.subscription.wait_until_drained(deadline);
        });
    }

  private:
    struct Intake {
        bus::Subscription subscription;
        const std::atomic<bool>& connected;
    };

    std::vector<Intake> all_;
};

}  // namespace natscreds::provisioner
