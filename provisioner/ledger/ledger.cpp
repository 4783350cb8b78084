#include <natscreds/provisioner/ledger/ledger.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>

#include <natscreds/access/reason.h>
#include <natscreds/base/base64url.h>

#include "ledger_refusals.h"

namespace natscreds::provisioner {
namespace {

using Decide = std::function<base::Result<Decision>(const std::optional<NameRecord>& known)>;

/// Every lost race means that somebody else won, so a handful of them in a row is a ledger out of order.
constexpr int max_races = 8;

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
    for (int race = 0; race < max_races; ++race) {
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

std::optional<Denial::Kind> denial_kind(std::string_view named) noexcept {
    for (const Denial::Kind kind : {Denial::Kind::name, Denial::Kind::key, Denial::Kind::requester})
        if (named == word(kind)) return kind;
    return std::nullopt;
}

bool NameQuery::matches(const NameRecord& record) const {
    const auto is_key = [&](const NameKey& holder) { return holder.key == key; };
    if (owner && !owner->is(record.owner) && *owner != record.owner) return false;
    if (requester && record.requester != requester && record.owner.requester() != requester) return false;
    if (key && std::ranges::none_of(record.holders, is_key) && std::ranges::none_of(record.former, is_key))
        return false;
    if (!role.empty() && record.role != role) return false;
    if (expires_from && record.expires < *expires_from) return false;
    return !expires_before || record.expires < *expires_before;
}

Operation with_id(Operation operation, base::Random& random) {
    if (!operation.id.empty()) return operation;
    std::array<std::uint8_t, 9> chance;
    random.fill(chance);
    std::array<char, 16> seconds{};
    std::snprintf(seconds.data(), seconds.size(), "%012lld",
                  static_cast<long long>(operation.at.time_since_epoch().count()));
    operation.id = std::string(seconds.data()) + "-" + base::base64url_encode(chance);
    return operation;
}

base::Result<Kept> claim_name(Ledger& ledger, const NameRule& rule, const Claim& claim,
                              const ClaimContext& context) {
    const bool limited = !claim.owner.is_key() && context.max_names > 0;
    const Decide decide = [&](const std::optional<NameRecord>& known) -> base::Result<Decision> {
        base::Result<Decision> decided = rule.decide(claim, known, context.now);
        if (!decided || !limited || (known && claim.owner.is(known->owner))) return decided;
        const auto room = ledger.has_room(claim.owner, context.max_names, context.now);
        if (!room) return room.error();
        if (!*room) return too_many_names(context.max_names);
        return decided;
    };
    return keep(ledger, claim.name, decide, context.now);
}

base::Result<Kept> renew_name(Ledger& ledger, const NameRule& rule, const RenewalClaim& renewal,
                              base::Time now) {
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

base::Result<std::optional<NameRecord>> change_name(
    Ledger& ledger, const std::string& name, const std::function<NameRecord(const NameRecord&)>& change,
    base::Time now) {
    for (int race = 0; race < max_races; ++race) {
        const auto entry = ledger.find(name);
        if (!entry) return entry.error();
        if (!*entry) return std::optional<NameRecord>();
        const NameRecord changed = change((*entry)->record);
        const auto ticket = ledger.write({.name = name, .record = changed, .seen = (*entry)->revision}, now);
        if (!ticket) return ticket.error();
        // What the disk refused, the running service was faster with.
        if (*ticket && ledger.flush(**ticket)) return std::optional((*entry)->record);
    }
    return names_unavailable();
}

base::Result<bool> name_denied(Ledger& ledger, const std::string& name, const std::string& ledger_name,
                               base::Time now) {
    base::Result<bool> denied = ledger.denied({.kind = Denial::Kind::name, .value = name}, now);
    if (!denied || *denied || ledger_name == name) return denied;
    return ledger.denied({.kind = Denial::Kind::name, .value = ledger_name}, now);
}

base::Result<std::optional<NamedRequester>> known_requester(const Requesters& of_policy, Ledger& ledger,
                                                            const nkeys::PublicKey& key) {
    const NamedRequester* const in_policy = of_policy.find(key);
    if (in_policy != nullptr) return std::optional(*in_policy);
    auto known = ledger.find_requester(key);
    if (known && *known && of_policy.find((*known)->name) != nullptr) (*known)->name.clear();
    return known;
}

}  // namespace natscreds::provisioner
