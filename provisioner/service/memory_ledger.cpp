#include <natscreds/provisioner/service/memory_ledger.h>

#include <optional>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {

base::Result<NameRecord> MemoryLedger::claim(const Claim& claim, base::Time now) {
    const std::lock_guard lock(mutex_);
    const auto known = records_.find(claim.name);
    const bool is_known = known != records_.end();
    const base::Result<NameRecord> decided =
        rule_.decide(claim, is_known ? std::optional(known->second) : std::nullopt, now);
    if (!decided) return decided;
    if (is_known) {
        known->second = *decided;
        return decided;
    }
    if (records_.size() >= most_names_) forget_what_is_over(now);
    if (records_.size() >= most_names_) {
        return base::Error{access::Reason::ledger_unavailable, "no more names can be given out at present"};
    }
    records_.emplace(claim.name, *decided);
    return decided;
}

// At most once a second, so that a full ledger is not searched from end to end for every request.
void MemoryLedger::forget_what_is_over(base::Time now) {
    if (now == last_cleared_) return;
    last_cleared_ = now;
    std::erase_if(records_, [&](const auto& entry) { return rule_.is_over(entry.second, now); });
}

}  // namespace natscreds::provisioner
