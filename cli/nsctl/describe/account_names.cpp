#include "describe/account_names.h"

namespace natscreds::nsctl {

NamesByKey names_of(const Session& session, const std::set<std::string>& keys) {
    NamesByKey names;
    const auto store = session.store();
    if (keys.empty() || !store) return names;
    const auto there = store->accounts();
    if (!there) return names;
    for (const accounts::Name& name : *there) {
        if (names.size() == keys.size()) break;
        const auto account = store->read_account(name);
        if (account && keys.contains(account->content.subject))
            names.emplace(account->content.subject, name.text());
    }
    return names;
}

}  // namespace natscreds::nsctl
