#include <natscreds/provisioner/ledger/memory_ledger.h>

#include <mutex>
#include <set>

#include "ledger_refusals.h"
#include "name_table.h"

namespace natscreds::provisioner {

struct MemoryLedger::State {
    NameRule rule;
    std::size_t most_names;
    std::mutex mutex = {};
    NameTable names = {};
    std::set<Denial> denials = {};
    std::uint64_t denials_state = 0;
    std::uint64_t last_revision = 0;
};

MemoryLedger::MemoryLedger(NameRule rule, std::size_t most_names)
    : state_(new State{.rule = rule, .most_names = most_names}) {}
MemoryLedger::~MemoryLedger() = default;

base::Result<std::optional<NameEntry>> MemoryLedger::find(const std::string& name) {
    const std::lock_guard lock(state_->mutex);
    return state_->names.find(name);
}

base::Result<std::optional<Ticket>> MemoryLedger::write(const Change& change, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    NameTable& names = state_->names;
    const auto known = names.find(change.name);
    if ((known ? known->revision : 0) != change.seen) return std::optional<Ticket>();
    if (!known && names.size() >= state_->most_names) names.forget_what_is_over(state_->rule, now);
    if (!known && names.size() >= state_->most_names) return names_full();
    names.put(change.name, change.record, ++state_->last_revision);
    return std::optional<Ticket>(0);
}

base::Result<bool> MemoryLedger::has_room(const Owner& owner, std::size_t limit, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->names.held_by(owner) < limit) return true;
    state_->names.forget_what_is_over(state_->rule, now);
    return state_->names.held_by(owner) < limit;
}

base::Result<bool> MemoryLedger::denied(const Denial& whom, base::Time) {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.contains(whom);
}

base::Status MemoryLedger::deny(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    if (state_->denials.insert(whom).second) ++state_->denials_state;
    return {};
}

base::Status MemoryLedger::allow(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    if (state_->denials.erase(whom) > 0) ++state_->denials_state;
    return {};
}

std::uint64_t MemoryLedger::denials_state() {
    const std::lock_guard lock(state_->mutex);
    return state_->denials_state;
}

std::vector<std::string> MemoryLedger::denied_names() {
    const std::lock_guard lock(state_->mutex);
    std::vector<std::string> names;
    for (const Denial& denial : state_->denials)
        if (denial.kind == Denial::Kind::name) names.push_back(denial.value);
    return names;
}

void MemoryLedger::tidy(const NameRule& rule, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    for (const OldName& old : state_->names.next_over(rule, now))
        state_->names.erase(old.name);
}

LedgerSize MemoryLedger::size() const {
    const std::lock_guard lock(state_->mutex);
    return {.names = state_->names.size(), .denials = state_->denials.size()};
}

}  // namespace natscreds::provisioner
