#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include <natscreds/provisioner/service/ledger.h>

namespace natscreds::provisioner {

/// A ledger in this process's memory: gone when it ends, and of no use to a second copy of the service.
///
/// Holds:   at most `most_names` names; when they are all taken, claims on new ones fail with
///          access::Reason::ledger_unavailable. Names that are over are forgotten when room is needed.
class MemoryLedger final : public Ledger {
  public:
    MemoryLedger(NameRule rule, std::size_t most_names) : rule_(rule), most_names_(most_names) {}

    [[nodiscard]] base::Result<NameRecord> claim(const Claim& claim, base::Time now) override;

  private:
    void forget_what_is_over(base::Time now);

    NameRule rule_;
    std::size_t most_names_;
    std::mutex mutex_;
    std::map<std::string, NameRecord> records_;
    base::Time last_cleared_{};
};

}  // namespace natscreds::provisioner
