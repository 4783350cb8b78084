#pragma once

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/core/claim.h>

namespace natscreds::provisioner {

/// Who has which name.
///
/// Holds:   of two claims on one name at the same time, by different keys, at most one succeeds.
/// Thread:  any.
class Ledger {
  public:
    virtual ~Ledger() = default;

    /// Writes the claim down, when it may be granted, and returns the name's record.
    /// Fails: access::Reason::name_taken, ledger_unavailable.
    [[nodiscard]] virtual base::Result<NameRecord> claim(const Claim& claim, base::Time now) = 0;
};

}  // namespace natscreds::provisioner
