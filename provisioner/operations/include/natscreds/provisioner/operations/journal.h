#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <natscreds/provisioner/ledger/ledger.h>

namespace natscreds::provisioner {

/// The way of what operators did from the ledger into the audit of a service.
///
/// Holds:   each operation is written down once, by one of the copies that share the ledger, and then forgotten there.
///          Twice, with the same `id`, only where a copy ended between the two.
/// Thread:  one at a time.
class Journal {
  public:
    struct Parts {
        Ledger& ledger;
        const base::IntervalClock& intervals;
        std::function<base::Status(std::vector<AuditRecord>)> write_down;
        std::function<void(const std::string&)> tell;  ///< for the log
    };
    explicit Journal(Parts parts) : parts_(std::move(parts)) {}

    /// Takes what there is. To be called several times a second. What fails is tried again a few seconds later.
    void take();

  private:
    [[nodiscard]] base::Status try_to_take();

    Parts parts_;
    std::set<std::string> written_;  ///< and not forgotten by the ledger yet
    std::optional<base::Instant> failed_;
};

}  // namespace natscreds::provisioner
