#include <natscreds/accounts/resolver_config.h>

#include <map>

namespace natscreds::accounts {
namespace {

struct Account {
    std::string name;
    std::string token;
};

using AccountsByKey = std::map<std::string, Account>;

base::Result<AccountsByKey> read_accounts(const Store& store) {
    AccountsByKey accounts;
    for (const Name& name : store.accounts()) {
        auto account = store.read_account(name);
        if (!account) return account.error();
        accounts[account->content.subject] = {name.text(), account->token.text()};
    }
    return accounts;
}

/// The key of the system account; empty where there is none.
base::Result<std::string> system_account_key(const Store& store, const std::optional<Name>& named,
                                             const std::string& of_operator) {
    if (!named) return of_operator;
    const auto account = store.read_account(*named);
    if (!account) return account.error();
    return account->content.subject;
}

}  // namespace

base::Result<std::string> memory_resolver_config(const Store& store,
                                                 const std::optional<Name>& system_account) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    const base::Result<AccountsByKey> accounts = read_accounts(store);
    if (!accounts) return accounts.error();
    const auto system = system_account_key(store, system_account, owner->claims().system_account);
    if (!system) return system.error();
    // A server that is told of a system account which it cannot find does not start.
    if (!system->empty() && !accounts->contains(*system))
        return base::Error{Errc::no_system_account, *system};

    std::string text = "// Operator \"" + store.name().text() + "\"\n";
    text += "operator: " + owner->token.text() + "\n\n";
    if (!system->empty()) text += "system_account: " + *system + "\n\n";
    text += "resolver: MEMORY\n\nresolver_preload: {\n";
    for (const auto& [key, account] : *accounts) {
        text += "  // Account \"" + account.name + "\"\n  " + key + ": " + account.token + "\n\n";
    }
    return text + "}\n";
}

}  // namespace natscreds::accounts
