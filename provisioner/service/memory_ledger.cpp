#include <natscreds/provisioner/service/memory_ledger.h>

#include <mutex>
#include <set>

#include <natscreds/access/reason.h>

#include "name_table.h"

namespace natscreds::provisioner {

struct MemoryLedger::State {
    NameRule rule;
    std::size_t most_names;
    std::mutex mutex = {};
    NameTable names = {};
    std::set<Denial> denials = {};
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
    if (!known && names.size() >= state_->most_names) {
        return base::Error{access::Reason::ledger_unavailable, "no more names can be given out at present"};
    }
    names.put(change.name, change.record, ++state_->last_revision);
    return std::optional<Ticket>(0);
}

base::Result<bool> MemoryLedger::has_room(const nkeys::PublicKey& requester, std::size_t limit,
                                          base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->names.held_by(requester) < limit) return true;
    state_->names.forget_what_is_over(state_->rule, now);
    return state_->names.held_by(requester) < limit;
}

base::Result<bool> MemoryLedger::denied(const Denial& whom, base::Time) {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.contains(whom);
}

base::Status MemoryLedger::deny(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    state_->denials.insert(whom);
    return {};
}

base::Status MemoryLedger::allow(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    state_->denials.erase(whom);
    return {};
}

void MemoryLedger::tidy(const NameRule& rule, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    for (const OldName& old : state_->names.next_over(rule, now))
        state_->names.erase(old.name);
}

}  // namespace natscreds::provisioner
