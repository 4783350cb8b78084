#include "name_table.h"

#include <algorithm>
#include <utility>

namespace natscreds::provisioner {
namespace {

bool is_its_only_holder(const NameRecord& record) {
    return record.holders.size() == 1 && record.owner == Owner::of_key(record.holders.front().key);
}

}  // namespace

std::optional<NameEntry> NameTable::find(const std::string& name) const {
    const auto row = rows_.find(name);
    if (row == rows_.end()) return std::nullopt;
    return NameEntry{.record = record_of(row->second), .revision = row->second.revision};
}

NameRecord NameTable::record_of(const Row& row) {
    NameRecord record{.owner = {},
                      .form = row.form,
                      .role = *row.role,
                      .expires = row.expires,
                      .requester = std::nullopt,
                      .holders = row.holders,
                      .former = {}};
    // What was put in was an owner.
    record.owner = row.owner != nullptr ? Owner::parse(row.owner->first).value()
                                        : Owner::of_key(row.holders.front().key);
    if (row.owner_is_requester) record.requester = record.owner.requester();
    if (row.requester) record.requester = nkeys::PublicKey::create(nkeys::Kind::user, *row.requester);
    if (row.former) record.former = *row.former;
    return record;
}

void NameTable::put(const std::string& name, const NameRecord& record, std::uint64_t revision) {
    Row row{.owner = nullptr,
            .role = &*roles_.insert(record.role).first,
            .expires = record.expires,
            .revision = revision,
            .holders = record.holders,
            .former = nullptr,
            .requester = nullptr,
            .form = record.form,
            .owner_is_requester = record.requester && record.owner.requester() == record.requester,
            .outlives_expiry = record.outlives_expiry()};
    if (!is_its_only_holder(record)) row.owner = &*owners_.try_emplace(record.owner.text(), 0).first;
    if (row.owner != nullptr) ++row.owner->second;
    if (record.requester && !row.owner_is_requester)
        row.requester = std::make_unique<const nkeys::PublicBytes>(record.requester->bytes());
    if (!record.former.empty()) row.former = std::make_unique<const std::vector<NameKey>>(record.former);
    const auto known = rows_.find(name);
    if (known == rows_.end()) {
        rows_.emplace(name, std::move(row));
        return;
    }
    count_off(known->second);
    known->second = std::move(row);
}

void NameTable::count_off(const Row& row) {
    if (row.owner != nullptr && --row.owner->second == 0) owners_.erase(row.owner->first);
}

void NameTable::erase(const std::string& name) {
    const auto row = rows_.find(name);
    if (row == rows_.end()) return;
    count_off(row->second);
    rows_.erase(row);
}

std::vector<ListedName> NameTable::list(const NameQuery& query) const {
    std::vector<ListedName> found;
    for (auto row = rows_.upper_bound(query.after); row != rows_.end() && found.size() < query.most; ++row) {
        NameRecord record = record_of(row->second);
        if (!query.matches(record)) continue;
        found.push_back(
            {.name = row->first, .entry = {.record = std::move(record), .revision = row->second.revision}});
    }
    return found;
}

void NameTable::forget_what_is_over(const NameRule& rule, base::Time now) {
    if (now == last_cleared_) return;
    last_cleared_ = now;
    std::erase_if(rows_, [&](const auto& entry) {
        const bool over = rule.is_over(entry.second.expires, entry.second.outlives_expiry, now);
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
        if (rule.is_over(row->second.expires, row->second.outlives_expiry, now))
            over.push_back({.name = row->first, .revision = row->second.revision});
    }
    if (row == rows_.end()) looked_at_.clear();
    return over;
}

std::size_t NameTable::held_by(const Owner& owner) const {
    const auto count = owners_.find(owner.text());
    return count != owners_.end() ? count->second : 0;
}

}  // namespace natscreds::provisioner
