#include <natscreds/provisioner/ledger/ledger.h>

#include <functional>

#include <natscreds/access/reason.h>

#include "ledger_refusals.h"

namespace natscreds::provisioner {
namespace {

using Decide = std::function<base::Result<Decision>(const std::optional<NameRecord>& known)>;

/// Every lost race means that somebody else won, so a handful of them in a row is a ledger out of order.
constexpr int most_races = 8;

base::Error too_many_names(std::size_t most) {
    return {access::Reason::denied, "this requester has " + std::to_string(most) + " names already"};
}

struct Attempt {
    Kept kept;
    bool written = false;
};

base::Result<Attempt> attempt(Ledger& ledger, const std::string& name, const Decide& decide, base::Time now) {
    const auto entry = ledger.find(name);
    if (!entry) return entry.error();
    const bool known = entry->has_value();
    base::Result<Decision> decided = decide(known ? std::optional((*entry)->record) : std::nullopt);
    if (!decided) return decided.error();
    const std::uint64_t seen = known ? (*entry)->revision : 0;
    const auto ticket = ledger.write({.name = name, .record = decided->record, .seen = seen}, now);
    if (!ticket) return ticket.error();
    return Attempt{.kept = {.decision = *std::move(decided), .ticket = ticket->value_or(0)},
                   .written = ticket->has_value()};
}

base::Result<Kept> keep(Ledger& ledger, const std::string& name, const Decide& decide, base::Time now) {
    for (int race = 0; race < most_races; ++race) {
        const base::Result<Attempt> made = attempt(ledger, name, decide, now);
        if (!made) return made.error();
        if (made->written) return made->kept;
    }
    return names_unavailable();
}

}  // namespace

std::string_view word(Denial::Kind kind) noexcept {
    switch (kind) {
        case Denial::Kind::name:
            return "name";
        case Denial::Kind::key:
            return "key";
        case Denial::Kind::requester:
            return "requester";
    }
    return "";
}

base::Result<Kept> claim_name(Ledger& ledger, const NameRule& rule, const Claim& claim,
                              const ClaimContext& context) {
    const bool limited = !claim.owner.is_key() && context.most_names > 0;
    const Decide decide = [&](const std::optional<NameRecord>& known) -> base::Result<Decision> {
        base::Result<Decision> decided = rule.decide(claim, known, context.now);
        if (!decided || !limited || (known && claim.owner.is(known->owner))) return decided;
        const auto room = ledger.has_room(claim.owner, context.most_names, context.now);
        if (!room) return room.error();
        if (!*room) return too_many_names(context.most_names);
        return decided;
    };
    return keep(ledger, claim.name, decide, context.now);
}

base::Result<Kept> renew_name(Ledger& ledger, const NameRule& rule, const Renewal& renewal, base::Time now) {
    const Decide decide = [&](const std::optional<NameRecord>& known) {
        return rule.renew(renewal, known, now);
    };
    base::Result<Kept> kept = keep(ledger, renewal.name, decide, now);
    const bool cut_off = !kept && kept.error().code == access::Reason::ledger_unavailable;
    if (!cut_off || !ledger.may_renew_unwritten()) return kept;
    const auto entry = ledger.find(renewal.name);
    const bool known = entry && entry->has_value();
    base::Result<Decision> decided = decide(known ? std::optional((*entry)->record) : std::nullopt);
    if (!decided) return decided.error();
    return Kept{.decision = *std::move(decided), .ticket = 0};
}

}  // namespace natscreds::provisioner
