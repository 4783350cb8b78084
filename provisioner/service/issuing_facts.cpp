#include "issuing_facts.h"

#include <algorithm>

#include <natscreds/base/date.h>

namespace natscreds::provisioner {

void IssuingFacts::note(const Policy& policy, base::Time now) {
    const std::scoped_lock lock(mutex_);
    for (const Issuer& issuer : policy.issuers()) {
        Signed& role = roles_[issuer.role().name];
        const std::string key = issuer.signing_key().text();
        role.longest_ttl = std::max(role.longest_ttl, issuer.role().ttl);
        if (role.key == key) continue;
        role.key = key;
        role.alone_from = now + role.longest_ttl;
    }
}

std::map<std::string, std::string> IssuingFacts::said_of(const Policy& policy) const {
    std::map<std::string, std::string> facts;
    for (const jwt::Decoded<jwt::AccountClaims>* account : policy.account_tokens())
        facts["account." + account->content.subject] = base::rfc3339(account->issued_at);
    const std::scoped_lock lock(mutex_);
    for (const Issuer& issuer : policy.issuers()) {
        const std::string& name = issuer.role().name;
        facts["role." + name] =
            issuer.account() + " " + issuer.signing_key().text() + (issuer.listed() ? "" : " unusable");
        if (const auto found = roles_.find(name); found != roles_.end())
            facts["alone." + name] = base::rfc3339(found->second.alone_from);
    }
    return facts;
}

}  // namespace natscreds::provisioner
