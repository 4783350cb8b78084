#include "who.h"

#include <algorithm>

namespace natscreds::provisioner {

base::Result<Who> who(const std::string& text, const Desk& desk) {
    const auto owner = Owner::parse(text);
    if (owner && !owner->nobody()) return Who(*owner);
    if (const auto key = nkeys::PublicKey::parse(text, nkeys::Kind::user)) return Who(*key);
    if (const NamedRequester* const listed = desk.rules.requesters.find(text)) return Who(listed->key);
    const auto requesters = desk.ledger.requesters();
    if (!requesters) return requesters.error();
    const auto named = std::ranges::find(*requesters, text, &NamedRequester::name);
    if (named != requesters->end()) return Who(named->key);
    return base::Error{OperationErrc::nobody, "'" + text + "'"};
}

std::string shown(const Denial& whom) {
    return std::string(word(whom.kind)) + " " + whom.value;
}

}  // namespace natscreds::provisioner
