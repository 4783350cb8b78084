#pragma once

#include <optional>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/cli/console/reporter.h>
#include <natscreds/provisioner/ledger/ledger.h>

/// `nats-provisioner deny` and `allow`.
namespace natscreds::provisioner {

struct DenialChange {
    enum class Direction { deny, allow };
    Denial whom;
    Direction direction;
};

/// Says so, and returns the exit code, where nobody can be meant: a name that is none, a key that is none. What an
/// earlier version denied without looking can still be allowed.
[[nodiscard]] std::optional<console::ExitCode> refuse_meaningless(const DenialChange& change,
                                                                  const console::Reporter& reporter);

/// Changes the list and says so; with a warning where the ledger has never seen the name or the requester, or
/// where what is to be allowed was not denied. Fails: access::Reason::ledger_unavailable.
[[nodiscard]] base::Status change_denial(Ledger& ledger, const DenialChange& change, base::Time now,
                                         const console::Reporter& reporter);

}  // namespace natscreds::provisioner
