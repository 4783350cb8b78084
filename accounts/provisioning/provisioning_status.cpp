#include <natscreds/accounts/provisioning/provisioning_status.h>

#include <algorithm>
#include <set>
#include <utility>

#include <natscreds/base/date.h>
#include <natscreds/base/joined.h>

#include "service_subjects.h"

namespace natscreds::accounts {
namespace {

using LiveAccount = jwt::Decoded<jwt::AccountClaims>;
using Lines = std::vector<StatusLine>;

std::string account_about(const LiveAccount& account) {
    return "account " + account.content.name;
}

/// "role chat", "roles chat, shop"
std::string shown_roles(const RunningCopy& copy) {
    return (copy.roles.size() == 1 ? "role " : "roles ") +
           base::joined(copy.roles, ", ", [](const auto& role) { return role.first; });
}

/// What is found of one service.
class Look {
  public:
    Look(const ProvisioningFacts& facts, std::vector<LiveAccount> accounts)
        : facts_(facts), accounts_(std::move(accounts)) {}

    Lines take() {
        copies();
        for (const LiveAccount& account : accounts_)
            look_at_account(account);
        for (const RunningCopy& copy : facts_.copies)
            look_at_copy(copy);
        return std::move(lines_);
    }

  private:
    void fits(std::string about, std::string found) {
        lines_.push_back({.fits = true, .about = std::move(about), .found = std::move(found)});
    }
    void differs(std::string about, std::string found, std::string advice) {
        lines_.push_back({.fits = false,
                          .about = std::move(about),
                          .found = std::move(found),
                          .advice = std::move(advice)});
    }

    [[nodiscard]] const LiveAccount& service() const { return accounts_.front(); }
    /// What the servers have; nothing where they do not agree or have nothing.
    [[nodiscard]] const LiveAccount* live(const std::string& key) const {
        const auto found = facts_.live.find(key);
        return found != facts_.live.end() && found->second.size() == 1 ? &found->second.front() : nullptr;
    }

    void copies() {
        if (facts_.copies.empty())
            return differs("service", "no copy answers",
                           "start the service; it is found by its account, " + facts_.service.text());
        std::set<std::string> versions;
        for (const RunningCopy& copy : facts_.copies)
            versions.insert(copy.version);
        const std::string count = std::to_string(facts_.copies.size()) + " running";
        if (versions.size() == 1) return fits("service", count + ", version " + *versions.begin());
        differs("service", count + ", of versions " + *versions.begin() + " to " + *versions.rbegin(),
                "upgrade the older ones");
    }

    // ---- accounts

    void look_at_account(const LiveAccount& account) {
        const std::string about = account_about(account);
        const std::string push = "nsctl push -a " + account.content.name;
        const auto found = facts_.live.find(account.content.subject);
        const bool absent = found == facts_.live.end() || found->second.empty();
        if (absent && facts_.in_memory)
            return fits(about, "not in use yet: what servers with a memory resolver have is not known");
        if (absent) return differs(about, "no server has it", push);
        if (found->second.size() > 1) return differs(about, "not all servers have the same JWT", push);
        const LiveAccount& there = found->second.front();
        if (!(there.token == account.token)) {
            const bool older = there.issued_at < account.issued_at;
            differs(
                about,
                std::string("the servers' JWT is ") + (older ? "older than" : "not that of") + " the store",
                older ? push : "who pushed it? nsctl push -a " + account.content.name + " --diff");
        } else {
            fits(about, "the servers have the store's JWT, issued " + base::date_of(there.issued_at));
        }
        account.content.subject == service().content.subject ? look_at_exports(there)
                                                             : look_at_imports(there);
    }

    void look_at_exports(const LiveAccount& there) {
        for (const std::string endpoint : endpoints) {
            if (exports(there.claims(), endpoint)) continue;
            differs(account_about(there), "does not export " + exported(endpoint),
                    "nsctl provisioning init, then nsctl push");
        }
    }

    void look_at_imports(const LiveAccount& there) {
        for (const std::string endpoint : endpoints) {
            if (imports(there, endpoint, service().content.subject)) continue;
            differs(account_about(there), "does not import the service's chat.req." + endpoint,
                    "nsctl provisioning init, then nsctl push");
        }
    }

    // ---- copies

    void look_at_copy(const RunningCopy& copy) {
        const std::string about =
            "copy " + copy.id.substr(0, 8) + (copy.server_id.empty() ? "" : " (" + copy.server_id + ")");
        const std::size_t before = lines_.size();
        for (const auto& [key, issued] : copy.accounts) {
            const LiveAccount* const there = live(key);
            if (there == nullptr || issued == base::rfc3339(there->issued_at)) continue;
            differs(about,
                    "issues by a JWT of account " + there->content.name + " issued " + issued +
                        ", and the servers have one issued " + base::rfc3339(there->issued_at),
                    "put the account's JWT where the configuration names it, and reload the copy");
        }
        for (const auto& [name, role] : copy.roles)
            look_at_role(about, name, role);
        if (lines_.size() == before && copy.roles.empty())
            fits(about, "version " + copy.version + ", which tells nothing of its roles");
        else if (lines_.size() == before)
            fits(about, "the servers take what it issues for " + shown_roles(copy));
    }

    void look_at_role(const std::string& about, const std::string& name, const RunningCopy::Role& role) {
        const LiveAccount* const there = live(role.account);
        const bool listed = there == nullptr || there->claims().signing_keys.contains(role.signing_key);
        if (!listed)
            return differs(about,
                           "role " + name + ": the servers' JWT of account " + there->content.name +
                               " has no signing key " + role.signing_key +
                               ", so that all it issues is refused",
                           "nsctl provisioning init makes a key and writes it where the copy reads it");
        if (!role.usable)
            differs(about,
                    "role " + name +
                        ": nobody can have it, for the scope of its signing key is not what the policy says",
                    "nsctl edit signing-key " + name + ", or change the policy");
    }

    const ProvisioningFacts& facts_;
    const std::vector<LiveAccount> accounts_;
    Lines lines_;
};

}  // namespace

base::Result<std::vector<LiveAccount>> provisioning_accounts(const Store& store, const Name& service,
                                                             const std::vector<RunningCopy>& copies) {
    auto own = store.read_account(service);
    if (!own) return own.error();
    std::vector<LiveAccount> accounts{*std::move(own)};
    const std::string key = accounts.front().content.subject;
    std::set<std::string> issued_for;
    for (const RunningCopy& copy : copies) {
        for (const auto& [name, role] : copy.roles)
            issued_for.insert(role.account);
    }
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        auto account = store.read_account(name);
        if (!account) continue;
        const bool asks = std::ranges::any_of(account->claims().imports, [&](const jwt::Import& one) {
            return one.account == key && one.subject.starts_with("chat.req.");
        });
        if (asks || issued_for.contains(account->content.subject)) accounts.push_back(*std::move(account));
    }
    return accounts;
}

base::Result<Lines> provisioning_status(const ProvisioningFacts& facts) {
    auto accounts = provisioning_accounts(facts.store, facts.service, facts.copies);
    if (!accounts) return accounts.error();
    return Look(facts, *std::move(accounts)).take();
}

}  // namespace natscreds::accounts
