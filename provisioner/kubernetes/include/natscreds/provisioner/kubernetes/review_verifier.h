#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

#include <natscreds/base/interval_clock.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/identity/verifier.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// Proves tokens by the API server's review, which knows what was deleted since (after at most ten seconds, for which
/// it remembers its own answers).
///
/// Holds:   nothing is asked about a token that is not for us, or not in time. After a question without an answer,
///          for `pause` only one at a time is put, and the others fail at once: an API server that is gone holds up
///          one caller, not all of them.
/// Fails:   identity::Errc::unreachable also where the API server does not let us ask; its detail says how it
///          answered.
class ReviewVerifier final : public identity::Verifier {
  public:
    static constexpr std::chrono::seconds pause{5};

    ReviewVerifier(ApiServer server, identity::Expected expected, const base::Clocks& clocks)
        : server_(std::move(server)), expected_(std::move(expected)), clocks_(clocks) {}

    [[nodiscard]] base::Result<identity::Verified> verify(std::string_view token) override;
    [[nodiscard]] base::Status check() override;

  private:
    [[nodiscard]] base::Result<std::string> review(std::string_view token);
    [[nodiscard]] base::Status take_turn();
    void keep(const base::Status& answered);

    const ApiServer server_;
    const identity::Expected expected_;
    const base::Clocks clocks_;

    std::mutex mutex_;  ///< guards what follows
    std::optional<base::Error> failure_;
    base::Instant failed_at_{};
    bool trying_ = false;  ///< somebody finds out whether it answers again
};

}  // namespace natscreds::provisioner::kubernetes
