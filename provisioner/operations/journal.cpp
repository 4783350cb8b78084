#include <natscreds/provisioner/operations/journal.h>

#include <chrono>
#include <utility>

namespace natscreds::provisioner {
namespace {

/// A bucket that does not answer is waited for each time.
constexpr std::chrono::seconds retry{5};

AuditRecord record_of(const Operation& operation) {
    AuditRecord record;
    record.time = operation.at;
    record.event = "operation";
    record.by = operation.by;
    record.operation = operation.what;
    record.whom = operation.whom;
    record.id = operation.id;
    return record;
}

}  // namespace

void Journal::take() {
    if (failed_ && parts_.intervals.now() - *failed_ < retry) return;
    const base::Status taken = try_to_take();
    const bool told = failed_.has_value();
    failed_ = taken ? std::nullopt : std::optional(parts_.intervals.now());
    if (!taken && !told) parts_.tell("operations are not audited yet: " + taken.error().message());
}

base::Status Journal::try_to_take() {
    const auto operations = parts_.ledger.take_operations();
    if (!operations) return operations.error();
    std::vector<AuditRecord> records;
    for (const Operation& operation : *operations)
        if (!written_.contains(operation.id)) records.push_back(record_of(operation));
    if (!records.empty()) {
        if (base::Status written = parts_.write_down(records); !written) return written;
        for (const AuditRecord& record : records) {
            written_.insert(record.id);
            parts_.tell("operation by " + record.by + ": " + record.operation + " " + record.whom);
        }
    }
    for (const Operation& operation : *operations) {
        if (base::Status forgotten = parts_.ledger.forget_operation(operation.id); !forgotten)
            return forgotten;
        written_.erase(operation.id);
    }
    return {};
}

}  // namespace natscreds::provisioner
