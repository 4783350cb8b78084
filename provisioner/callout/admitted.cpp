#include "admitted.h"

#include <algorithm>

#include <natscreds/base/erase_lowest.h>

namespace natscreds::provisioner {

void Admitted::add(const std::string& name, base::Time until) {
    if (until_.size() >= most && !until_.contains(name)) base::erase_lowest(until_);
    base::Time& known = until_[name];
    known = std::max(known, until);
    seen_.reset();
}

/// At most once in a minute of whichever date.
void Admitted::forget_those_over(base::Time now) {
    if (std::chrono::abs(now - cleared_) < std::chrono::minutes(1)) return;
    cleared_ = now;
    std::erase_if(until_, [&](const auto& entry) { return entry.second < now; });
}

std::vector<std::string> Admitted::take_denied(Ledger& ledger, base::Time now) {
    forget_those_over(now);
    const std::uint64_t state = ledger.denials_state();
    if (seen_ == state) return {};
    const auto denials = ledger.denials(now);
    if (!denials) return {};
    seen_ = state;
    std::vector<std::string> denied;
    for (const DenialRecord& denial : *denials) {
        if (denial.whom.kind != Denial::Kind::name) continue;
        const auto found = until_.find(denial.whom.value);
        if (found == until_.end()) continue;
        if (found->second >= now) denied.push_back(denial.whom.value);
        until_.erase(found);
    }
    return denied;
}

}  // namespace natscreds::provisioner
