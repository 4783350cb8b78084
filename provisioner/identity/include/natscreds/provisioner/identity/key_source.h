#pragma once

#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/foreign_jwt.h>
#include <natscreds/provisioner/identity/key_set.h>

namespace natscreds::provisioner::identity {

/// Where an issuer's keys are had from. Thread: any.
class KeySource {
  public:
    virtual ~KeySource() = default;

    /// The keys to verify this token with. Fails: Errc::stale_keys when there are none that are young enough.
    [[nodiscard]] virtual base::Result<KeySet> keys_for(const ForeignJwt& token) = 0;

    /// Asks now. Fails: with the reason why there is no new answer; keys that are known then stay.
    [[nodiscard]] virtual base::Result<KeySet> renew() = 0;
};

}  // namespace natscreds::provisioner::identity
