#include <natscreds/provisioner/policy/claim.h>

#include <algorithm>

#include <natscreds/access/reason.h>

namespace natscreds::provisioner {
namespace {

base::Error taken(const std::string& name, const NameRecord& known) {
    const bool owned = known.form == Form::key_bound;
    return {access::Reason::name_taken,
            "the name " + name + (owned ? " belongs to another key" : " is in use")};
}

}  // namespace

bool NameRule::is_over(const NameRecord& record, base::Time now) const {
    const auto grace = record.form == Form::key_bound ? grace_ : std::chrono::seconds(0);
    return record.expires + grace < now;
}

base::Result<NameRecord> NameRule::decide(const Claim& claim, const std::optional<NameRecord>& known,
                                          base::Time now) const {
    NameRecord record{.key = claim.key,
                      .form = claim.form,
                      .role = claim.role,
                      .generation = 0,
                      .expires = claim.expires,
                      .requester = claim.requester};
    if (!known || is_over(*known, now)) return record;
    const bool same_owner = claim.form == Form::key_bound && known->key == claim.key;
    if (!same_owner) return taken(claim.name, *known);
    // Credentials issued before may live longer than those asked for now.
    record.expires = std::max(record.expires, known->expires);
    record.generation = known->generation;
    return record;
}

base::Result<Renewed> NameRule::renew(const Renewal& renewal, const std::optional<NameRecord>& known,
                                      base::Time now) const {
    const bool owned = known && known->key == renewal.key;
    if (known && !owned && !is_over(*known, now)) return taken(renewal.name, *known);
    NameRecord record{.key = renewal.key,
                      .form = Form::key_bound,
                      .role = renewal.role,
                      .generation = renewal.generation + 1,
                      .expires = renewal.expires,
                      .requester = {}};
    // Forgotten, as a ledger in memory does: the JWT itself proves the name.
    if (!owned) return Renewed{.record = std::move(record)};
    record.form = known->form;
    record.requester = known->requester;
    record.generation = std::max(renewal.generation, known->generation) + 1;
    record.expires = std::max(renewal.expires, known->expires);
    return Renewed{.record = std::move(record), .stale_generation = renewal.generation < known->generation};
}

}  // namespace natscreds::provisioner
