#include "denying.h"

#include <string>

#include <natscreds/provisioner/policy/name.h>

namespace natscreds::provisioner {
namespace {

using Direction = DenialChange::Direction;

std::string shown(const Denial& whom) {
    return std::string(word(whom.kind)) + " " + whom.value;
}

base::Status check(const Denial& whom) {
    if (whom.kind == Denial::Kind::name) {
        const base::Result<Name> name = Name::parse(whom.value);
        return name ? base::Status() : base::Status(name.error());
    }
    const base::Result<nkeys::PublicKey> key = nkeys::PublicKey::parse(whom.value, nkeys::Kind::user);
    return key ? base::Status() : base::Status(key.error());
}

/// Of a key nobody can tell: keys are made anew all the time.
base::Result<bool> is_known(Ledger& ledger, const Denial& whom) {
    if (whom.kind == Denial::Kind::key) return true;
    if (whom.kind == Denial::Kind::name) {
        const auto entry = ledger.find(whom.value);
        if (!entry) return entry.error();
        return entry->has_value();
    }
    const auto requester = nkeys::PublicKey::parse(whom.value, nkeys::Kind::user);
    if (!requester) return requester.error();
    const auto names = ledger.list({.most = 1, .requester = *requester});
    if (!names) return names.error();
    return !names->empty();
}

base::Status deny(Ledger& ledger, const Denial& whom, base::Time, const console::Reporter& reporter) {
    const base::Result<bool> known = is_known(ledger, whom);
    if (!known) return known.error();
    if (base::Status denied = ledger.deny({.whom = whom}); !denied) return denied;
    reporter.message("denied: " + shown(whom));
    if (!*known)
        reporter.message("warning: the ledger knows no " +
                         (whom.kind == Denial::Kind::name ? shown(whom) : "name of " + shown(whom)) +
                         ": check that it is the one you mean");
    if (whom.kind == Denial::Kind::key)
        reporter.hint("whoever has this key can make another: deny the name or the requester as well");
    return {};
}

base::Status allow(Ledger& ledger, const Denial& whom, base::Time now, const console::Reporter& reporter) {
    const base::Result<bool> denied = ledger.denied(whom, now);
    if (!denied) return denied.error();
    if (base::Status allowed = ledger.allow(whom); !allowed) return allowed;
    reporter.message(*denied ? "allowed: " + shown(whom) : "warning: " + shown(whom) + " was not denied");
    return {};
}

}  // namespace

std::optional<console::ExitCode> refuse_meaningless(const DenialChange& change,
                                                    const console::Reporter& reporter) {
    if (change.direction == Direction::allow) return std::nullopt;
    const base::Status meant = check(change.whom);
    if (meant) return std::nullopt;
    return reporter.wrong_usage("deny " + std::string(word(change.whom.kind)) + ": " +
                                meant.error().message());
}

base::Status change_denial(Ledger& ledger, const DenialChange& change, base::Time now,
                           const console::Reporter& reporter) {
    const auto make = change.direction == Direction::deny ? deny : allow;
    return make(ledger, change.whom, now, reporter);
}

}  // namespace natscreds::provisioner
