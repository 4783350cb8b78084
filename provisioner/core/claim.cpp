#include <natscreds/provisioner/core/claim.h>

#include <algorithm>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {
namespace {

base::Error taken(const Claim& claim, const NameRecord& known) {
    const bool owned = known.form == Form::key_bound;
    return {access::Reason::name_taken,
            "the name " + claim.name + (owned ? " belongs to another key" : " is in use")};
}

}  // namespace

bool NameRule::is_over(const NameRecord& record, base::Time now) const {
    const auto grace = record.form == Form::key_bound ? grace_ : std::chrono::seconds(0);
    return record.expires + grace < now;
}

base::Result<NameRecord> NameRule::decide(const Claim& claim, const std::optional<NameRecord>& known,
                                          base::Time now) const {
    NameRecord record{
        .key = claim.key, .form = claim.form, .role = claim.role, .generation = 0, .expires = claim.expires};
    if (!known || is_over(*known, now)) return record;
    const bool same_owner = claim.form == Form::key_bound && known->key == claim.key;
    if (!same_owner) return taken(claim, *known);
    // Credentials issued before may live longer than those asked for now.
    record.expires = std::max(record.expires, known->expires);
    record.generation = known->generation;
    return record;
}

}  // namespace natscreds::provisioner
