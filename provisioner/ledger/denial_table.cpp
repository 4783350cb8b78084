#include "denial_table.h"

#include <algorithm>
#include <utility>

namespace natscreds::provisioner {

void DenialTable::put(const DenialRecord& denial, std::uint64_t revision) {
    const auto known = rows_.find(denial.whom);
    if (known == rows_.end() || known->second.denial != denial) ++state_;
    rows_.insert_or_assign(denial.whom, Row{.denial = denial, .revision = revision});
}

void DenialTable::erase(const Denial& whom) {
    if (rows_.erase(whom) > 0) ++state_;
}

void DenialTable::replace(const std::vector<DenialRecord>& all) {
    std::map<Denial, Row> rows;
    for (const DenialRecord& denial : all)
        rows.emplace(denial.whom, Row{.denial = denial, .revision = 0});
    const auto same = [](const auto& one, const auto& other) {
        return one.second.denial == other.second.denial;
    };
    if (!std::ranges::equal(rows, rows_, same)) ++state_;
    rows_ = std::move(rows);
}

bool DenialTable::counts(const Denial& whom, base::Time now) const {
    const auto known = rows_.find(whom);
    return known != rows_.end() && known->second.denial.counts(now);
}

std::vector<DenialRecord> DenialTable::counting(base::Time now) const {
    std::vector<DenialRecord> found;
    for (const auto& [whom, row] : rows_)
        if (row.denial.counts(now)) found.push_back(row.denial);
    return found;
}

std::vector<DenialTable::Over> DenialTable::over(base::Time now) const {
    std::vector<Over> found;
    for (const auto& [whom, row] : rows_)
        if (!row.denial.counts(now)) found.push_back({.whom = whom, .revision = row.revision});
    return found;
}

}  // namespace natscreds::provisioner
