#include <natscreds/provisioner/ledger/memory_ledger.h>

#include <map>
#include <mutex>

#include "denial_table.h"
#include "ledger_refusals.h"
#include "name_table.h"

namespace natscreds::provisioner {

struct MemoryLedger::State {
    NameRule rule;
    std::size_t max_names;
    std::mutex mutex = {};
    NameTable names = {};
    DenialTable denials = {};
    Requesters requesters = {};
    std::map<std::string, Operation> operations = {};
    std::uint64_t last_revision = 0;
};

MemoryLedger::MemoryLedger(NameRule rule, std::size_t max_names)
    : state_(new State{.rule = rule, .max_names = max_names}) {}
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
    if (!known && names.size() >= state_->max_names) names.forget_what_is_over(state_->rule, now);
    if (!known && names.size() >= state_->max_names) return names_full();
    names.put(change.name, change.record, ++state_->last_revision);
    return std::optional<Ticket>(0);
}

base::Result<bool> MemoryLedger::has_room(const Owner& owner, std::size_t limit, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    if (state_->names.held_by(owner) < limit) return true;
    state_->names.forget_what_is_over(state_->rule, now);
    return state_->names.held_by(owner) < limit;
}

base::Result<bool> MemoryLedger::denied(const Denial& whom, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.counts(whom, now);
}

base::Status MemoryLedger::deny(const DenialRecord& denial) {
    const std::lock_guard lock(state_->mutex);
    state_->denials.put(denial);
    return {};
}

base::Status MemoryLedger::allow(const Denial& whom) {
    const std::lock_guard lock(state_->mutex);
    state_->denials.erase(whom);
    return {};
}

std::uint64_t MemoryLedger::denials_state() {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.state();
}

base::Result<std::vector<DenialRecord>> MemoryLedger::denials(base::Time now) {
    const std::lock_guard lock(state_->mutex);
    return state_->denials.counting(now);
}

base::Result<std::vector<ListedName>> MemoryLedger::list(const NameQuery& query) {
    const std::lock_guard lock(state_->mutex);
    return state_->names.list(query);
}

base::Result<std::optional<NamedRequester>> MemoryLedger::find_requester(const nkeys::PublicKey& key) {
    const std::lock_guard lock(state_->mutex);
    const NamedRequester* const known = state_->requesters.find(key);
    return known != nullptr ? std::optional(*known) : std::nullopt;
}

base::Result<std::vector<NamedRequester>> MemoryLedger::requesters() {
    const std::lock_guard lock(state_->mutex);
    return state_->requesters.all();
}

base::Status MemoryLedger::add_requester(const NamedRequester& requester) {
    const std::lock_guard lock(state_->mutex);
    Requesters& known = state_->requesters;
    if (known.find(requester.name) != nullptr || known.find(requester.key) != nullptr)
        return requester_known(requester);
    known.put(requester);
    return {};
}

base::Status MemoryLedger::remove_requester(const std::string& name) {
    const std::lock_guard lock(state_->mutex);
    state_->requesters.erase(name);
    return {};
}

base::Status MemoryLedger::note(const Operation& operation) {
    const std::lock_guard lock(state_->mutex);
    state_->operations.insert_or_assign(operation.id, operation);
    return {};
}

base::Result<std::vector<Operation>> MemoryLedger::operations() {
    const std::lock_guard lock(state_->mutex);
    std::vector<Operation> all;
    for (const auto& [id, operation] : state_->operations)
        all.push_back(operation);
    return all;
}

base::Result<bool> MemoryLedger::has_operation(const std::string& id) {
    const std::lock_guard lock(state_->mutex);
    return state_->operations.contains(id);
}

base::Status MemoryLedger::forget_operation(const std::string& id) {
    const std::lock_guard lock(state_->mutex);
    state_->operations.erase(id);
    return {};
}

void MemoryLedger::tidy(const NameRule& rule, base::Time now) {
    const std::lock_guard lock(state_->mutex);
    for (const OldName& old : state_->names.next_over(rule, now))
        state_->names.erase(old.name);
    for (const DenialTable::Over& over : state_->denials.over(now))
        state_->denials.erase(over.whom);
}

LedgerSize MemoryLedger::size() const {
    const std::lock_guard lock(state_->mutex);
    return {.names = state_->names.size(), .denials = state_->denials.size()};
}

}  // namespace natscreds::provisioner
