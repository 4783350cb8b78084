#include <natscreds/provisioner/policy/claim.h>

#include <algorithm>
#include <utility>

#include <natscreds/access/reason.h>
#include <natscreds/base/date.h>

namespace natscreds::provisioner {
namespace {

using access::Reason;
using Holders = std::vector<NameKey>;

base::Error taken(const std::string& name, const NameRecord& known) {
    const bool owned = known.form == Form::key_bound;
    const bool by_key = known.owner.is_key();
    const std::string whose = by_key ? " belongs to another key" : " belongs to somebody else";
    return {Reason::name_taken, "the name " + name + (owned ? whose : " is in use")};
}

base::Error superseded(const std::string& name) {
    return {Reason::superseded, "a newer key of the same owner holds the name " + name};
}

base::Error full(const Claim& claim, base::Time ends, base::Time now) {
    const bool one = claim.holders == 1;
    const std::string which =
        one ? "another key of yours, which may be replaced once its credentials have expired"
            : std::to_string(claim.holders) + " keys, as many as the role " + claim.role + " gives";
    return {Reason::name_full, "the name " + claim.name + " is held by " + which + ": the oldest expires " +
                                   "at " + base::time_of(ends, now)};
}

Holders::iterator find(Holders& holders, const nkeys::PublicKey& key) {
    return std::ranges::find(holders, key, &NameKey::key);
}

bool contains(const Holders& holders, const nkeys::PublicKey& key) {
    return std::ranges::find(holders, key, &NameKey::key) != holders.end();
}

bool lives(const NameKey& holder, base::Time now) {
    return holder.expires >= now;
}

void supersede(NameRecord& record, Holders replaced) {
    for (NameKey& holder : replaced) {
        std::erase_if(record.former, [&](const NameKey& known) { return known.key == holder.key; });
        record.former.push_back(std::move(holder));
    }
    const auto most = static_cast<std::ptrdiff_t>(NameRecord::max_former);
    if (std::ssize(record.former) > most)
        record.former.erase(record.former.begin(), record.former.end() - most);
}

/// The credentials that a key gets now are the newest that it has. Those issued before may live longer.
void hold(NameRecord& record, NameKey next) {
    record.expires = std::max(record.expires, next.expires);
    const auto known = find(record.holders, next.key);
    if (known != record.holders.end()) {
        next.expires = std::max(next.expires, known->expires);
        record.holders.erase(known);
    }
    record.holders.push_back(std::move(next));
}

NameRecord first_record(const Claim& claim) {
    return {.owner = claim.owner,
            .form = claim.form,
            .role = claim.role,
            .expires = claim.expires,
            .requester = claim.requester};
}

/// Of a name that is free: a key that had it before goes on counting.
Decision take(const Claim& claim, const std::optional<NameRecord>& known) {
    Decision decision{.record = first_record(claim)};
    if (known) {
        decision.record.former = known->former;
        for (const Holders* const before : {&known->holders, &known->former}) {
            const auto found = std::ranges::find(*before, claim.key, &NameKey::key);
            if (found != before->end())
                decision.generation = std::max(decision.generation, found->generation + 1);
        }
        std::erase_if(decision.record.former, [&](const NameKey& holder) { return holder.key == claim.key; });
    }
    hold(decision.record, {.key = claim.key, .generation = decision.generation, .expires = claim.expires});
    return decision;
}

/// One that expired first makes room for another.
void make_room(NameRecord& record, std::size_t most, base::Time now) {
    while (record.holders.size() >= most) {
        const auto oldest = std::ranges::min_element(record.holders, {}, &NameKey::expires);
        if (oldest == record.holders.end() || lives(*oldest, now)) return;
        record.holders.erase(oldest);
    }
}

}  // namespace

void NameRule::forget_former(NameRecord& record, base::Time now) const {
    std::erase_if(record.former, [&](const NameKey& holder) { return holder.expires + grace_ < now; });
}

base::Result<Decision> NameRule::decide(const Claim& claim, const std::optional<NameRecord>& known,
                                        base::Time now) const {
    if (!known || is_over(*known, now)) return take(claim, std::nullopt);
    NameRecord record = *known;
    forget_former(record, now);
    if (record.owner.nobody()) return take(claim, record);
    // A plain request that nobody vouches for has a key that was made for it: it is nobody's twice.
    if (!claim.owner.is(record.owner)) return taken(claim.name, *known);
    if (contains(record.former, claim.key)) return superseded(claim.name);
    record.owner = claim.owner;
    record.form = claim.form;
    record.role = claim.role;
    record.requester = claim.requester;
    const auto held = find(record.holders, claim.key);
    Decision decision{.record = {}, .generation = held != record.holders.end() ? held->generation + 1 : 0};
    if (held == record.holders.end()) {
        if (claim.holders == 1 && !record.holders.empty()) return replace(claim, std::move(record), now);
        make_room(record, claim.holders, now);
        if (record.holders.size() >= claim.holders) return replace(claim, std::move(record), now);
    }
    hold(record, {.key = claim.key, .generation = decision.generation, .expires = claim.expires});
    decision.record = std::move(record);
    return decision;
}

base::Result<Decision> NameRule::replace(const Claim& claim, NameRecord record, base::Time now) const {
    const auto oldest = std::ranges::min(record.holders, {}, &NameKey::expires).expires;
    const auto last = std::ranges::max(record.holders, {}, &NameKey::expires).expires;
    if (claim.holders > 1) return full(claim, oldest, now);
    if (rekey_ == Rekey::never) return taken(claim.name, record);
    if (rekey_ == Rekey::after_expiry && last >= now) return full(claim, last, now);
    Decision decision{.record = {}, .superseded = record.holders};
    provisioner::supersede(record, std::exchange(record.holders, {}));
    hold(record, {.key = claim.key, .generation = 0, .expires = claim.expires});
    decision.record = std::move(record);
    return decision;
}

base::Result<Decision> NameRule::renew(const RenewalClaim& renewal, const std::optional<NameRecord>& known,
                                       base::Time now) const {
    const bool stands = known && !is_over(*known, now);
    const bool held = known && contains(known->holders, renewal.key);
    if (stands && !held && contains(known->former, renewal.key)) return superseded(renewal.name);
    if (stands && !held) return taken(renewal.name, *known);
    Decision decision{.record = {}, .generation = renewal.generation + 1};
    if (held) {
        decision.record = *known;
        forget_former(decision.record, now);
        const std::int64_t newest = find(decision.record.holders, renewal.key)->generation;
        decision.generation = std::max(renewal.generation, newest) + 1;
        decision.stale_generation = renewal.generation < newest;
    } else {
        // Forgotten, as a ledger in memory does: the JWT itself proves the name.
        const bool said = !renewal.owner.nobody();
        decision.record.owner = said ? renewal.owner : Owner::of_key(renewal.key);
        decision.record.expires = renewal.expires;
    }
    decision.record.role = renewal.role;
    hold(decision.record,
         {.key = renewal.key, .generation = decision.generation, .expires = renewal.expires});
    return decision;
}

NameRecord NameRule::supersede(const NameRecord& known, const std::optional<nkeys::PublicKey>& key,
                               base::Time now) const {
    NameRecord record = known;
    forget_former(record, now);
    Holders replaced;
    for (const NameKey& holder : known.holders)
        if (!key || holder.key == *key) replaced.push_back(holder);
    std::erase_if(record.holders, [&](const NameKey& holder) { return contains(replaced, holder.key); });
    provisioner::supersede(record, std::move(replaced));
    return record;
}

NameRecord NameRule::release(const NameRecord& known, base::Time now) const {
    NameRecord record = supersede(known, std::nullopt, now);
    record.owner = {};
    record.requester.reset();
    return record;
}

NameRecord NameRule::transfer(const NameRecord& known, const Owner& to, base::Time now) const {
    NameRecord record = release(known, now);
    record.owner = to;
    record.form = Form::key_bound;
    record.expires = std::max(record.expires, now);
    return record;
}

}  // namespace natscreds::provisioner
