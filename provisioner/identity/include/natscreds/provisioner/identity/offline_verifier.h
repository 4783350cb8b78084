#pragma once

#include <string_view>
#include <utility>

#include <natscreds/base/clock.h>
#include <natscreds/provisioner/identity/key_source.h>
#include <natscreds/provisioner/identity/service_account.h>
#include <natscreds/provisioner/identity/verifier.h>

namespace natscreds::provisioner::identity {

/// Proves tokens by the keys that the cluster publishes. It does not learn that an account, or what a token is bound
/// to, was deleted: such a token is good until it expires.
///
/// Holds:   keys are never asked for on behalf of a token that is not for us, or not in time.
class OfflineVerifier final : public Verifier {
  public:
    OfflineVerifier(Expected expected, KeySource& keys, const base::Clock& clock)
        : expected_(std::move(expected)), keys_(keys), clock_(clock) {}

    [[nodiscard]] base::Result<Verified> verify(std::string_view token) override;
    [[nodiscard]] base::Status check() override;

  private:
    const Expected expected_;
    KeySource& keys_;
    const base::Clock& clock_;
};

}  // namespace natscreds::provisioner::identity
