#include "name_table.h"

#include <algorithm>

namespace natscreds::provisioner {

std::optional<NameEntry> NameTable::find(const std::string& name) const {
    const auto row = rows_.find(name);
    if (row == rows_.end()) return std::nullopt;
    return NameEntry{.record = record_of(row->second), .revision = row->second.revision};
}

NameRecord NameTable::record_of(const Row& row) const {
    const auto user = [](const nkeys::PublicBytes& bytes) {
        return nkeys::PublicKey::create(nkeys::Kind::user, bytes);
    };
    return {.key = user(row.key),
            .form = row.form,
            .role = roles_[row.role],
            .generation = row.generation,
            .expires = row.expires,
            .requester = row.has_requester ? std::optional(user(row.requester)) : std::nullopt};
}

std::uint16_t NameTable::role_index(const std::string& role) {
    const auto found = std::ranges::find(roles_, role);
    if (found == roles_.end()) roles_.push_back(role);
    return static_cast<std::uint16_t>(std::ranges::find(roles_, role) - roles_.begin());
}

void NameTable::put(const std::string& name, const NameRecord& record, std::uint64_t revision) {
    const Row row{.key = record.key.bytes(),
                  .requester = record.requester ? record.requester->bytes() : nkeys::PublicBytes{},
                  .expires = record.expires,
                  .revision = revision,
                  .generation = static_cast<std::uint32_t>(record.generation),
                  .role = role_index(record.role),
                  .form = record.form,
                  .has_requester = record.requester.has_value()};
    const auto [at, is_new] = rows_.try_emplace(name, row);
    if (!is_new) {
        count_off(at->second);
        at->second = row;
    }
    if (row.has_requester) ++held_[row.requester];
}

void NameTable::count_off(const Row& row) {
    if (!row.has_requester) return;
    const auto count = held_.find(row.requester);
    if (--count->second == 0) held_.erase(count);
}

void NameTable::erase(const std::string& name) {
    const auto row = rows_.find(name);
    if (row == rows_.end()) return;
    count_off(row->second);
    rows_.erase(row);
}

void NameTable::forget_what_is_over(const NameRule& rule, base::Time now) {
    if (now == last_cleared_) return;
    last_cleared_ = now;
    std::erase_if(rows_, [&](const auto& entry) {
        const bool over = rule.is_over(record_of(entry.second), now);
        if (over) count_off(entry.second);
        return over;
    });
}

std::vector<OldName> NameTable::next_over(const NameRule& rule, base::Time now) {
    constexpr int looked_at_once = 10'000;
    std::vector<OldName> over;
    auto row = rows_.upper_bound(looked_at_);
    for (int i = 0; i < looked_at_once && row != rows_.end(); ++i, ++row) {
        looked_at_ = row->first;
        if (rule.is_over(record_of(row->second), now))
            over.push_back({.name = row->first, .revision = row->second.revision});
    }
    if (row == rows_.end()) looked_at_.clear();
    return over;
}

std::size_t NameTable::held_by(const nkeys::PublicKey& requester) const {
    const auto count = held_.find(requester.bytes());
    return count != held_.end() ? count->second : 0;
}

}  // namespace natscreds::provisioner
