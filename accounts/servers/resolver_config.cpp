#include <natscreds/accounts/servers/resolver_config.h>

#include <map>
#include <string_view>
#include <utility>

#include <natscreds/accounts/no_token.h>

namespace natscreds::accounts {
namespace {

struct NamedToken {
    std::string name;
    std::string token;
};

using NamedTokensByKey = std::map<std::string, NamedToken>;

/// One that is left out of a memory resolver's configuration is gone for the servers, so it has to be read.
enum class Unreadable { refused, passed_over };

base::Result<NamedTokensByKey> read_accounts(const Store& store, Unreadable unreadable) {
    NamedTokensByKey accounts;
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        auto account = store.read_account(name);
        if (!account && unreadable == Unreadable::passed_over && is_no_token(account.error())) continue;
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

/// The store as a configuration sees it.
struct Content {
    jwt::Decoded<jwt::OperatorClaims> owner;
    std::string system;  // the system account's key; empty where there is none
};

base::Result<Content> read_content(const Store& store, const std::optional<Name>& system_account) {
    auto owner = store.read_operator();
    if (!owner) return owner.error();
    auto system = system_account_key(store, system_account, owner->claims().system_account);
    if (!system) return system.error();
    return Content{*std::move(owner), *std::move(system)};
}

// nsc's own words: whoever compares the two configurations should find no difference.
constexpr std::string_view full_resolver = R"conf(# configuration of the nats based resolver
resolver {
    type: full
    # Directory in which the account jwt will be stored
    dir: './jwt'
    # In order to support jwt deletion, set to true
    # If the resolver type is full delete will rename the jwt.
    # This is to allow manual restoration in case of inadvertent deletion.
    # To restore a jwt, remove the added suffix .delete and restart or send a reload signal.
    # To free up storage you must manually delete files with the suffix .delete.
    allow_delete: false
    # Interval at which a nats-server with a nats based account resolver will compare
    # it's state with one random nats based account resolver in the cluster and if needed, 
    # exchange jwt and converge on the same set of jwt.
    interval: "2m"
    # Timeout for lookup requests in case an account does not exist locally.
    timeout: "1.9s"
}


# Preload the nats based resolver with the system account jwt.
# This is not necessary but avoids a bootstrapping system account. 
# This only applies to the system account. Therefore other account jwt are not included here.
# To populate the resolver:
# 1) make sure that your operator has the account server URL pointing at your nats servers.
#    The url must start with: "nats://" 
#    nsc edit operator --account-jwt-server-url nats://localhost:4222
# 2) push your accounts using: nsc push --all
#    The argument to push -u is optional if your account server url is set as described.
# 3) to prune accounts use: nsc push --prune 
#    In order to enable prune you must set above allow_delete to true
# Later changes to the system account take precedence over the system account jwt listed here.
)conf";

constexpr std::string_view cache_resolver =
    R"conf(# The servers' resolver: accounts are fetched from servers with a full resolver.
resolver {
    type: cache
    # The folder of the accounts that were fetched
    dir: './jwt'
    # How long one of them is used before it is fetched again
    ttl: "1h"
    # How long a server waits for an account that it does not have
    timeout: "1.9s"
}


# The system account, without which a server could not ask the others
)conf";

base::Result<std::string> nats_resolver_config(const Store& store, const std::optional<Name>& system_account,
                                               std::string_view resolver) {
    const base::Result<Content> content = read_content(store, system_account);
    if (!content) return content.error();
    const base::Result<NamedTokensByKey> accounts = read_accounts(store, Unreadable::passed_over);
    if (!accounts) return accounts.error();
    const auto system = accounts->find(content->system);
    if (system == accounts->end()) {
        return base::Error{Errc::no_system_account,
                           content->system.empty() ? "\"" + store.name().text() + "\"" : content->system};
    }
    std::string text = "# Operator named " + store.name().text() + "\n";
    text += "operator: " + content->owner.token.text() + "\n";
    text += "# System Account named " + system->second.name + "\n";
    text += "system_account: " + system->first + "\n\n";
    text += resolver;
    return text + "resolver_preload: {\n\t" + system->first + ": " + system->second.token + ",\n}\n\n";
}

/// What a memory resolver is configured with.
struct MemoryContent {
    Content content;
    NamedTokensByKey accounts;
};

base::Result<MemoryContent> read_memory_content(const Store& store,
                                                const std::optional<Name>& system_account) {
    base::Result<Content> content = read_content(store, system_account);
    if (!content) return content.error();
    base::Result<NamedTokensByKey> accounts = read_accounts(store, Unreadable::refused);
    if (!accounts) return accounts.error();
    const std::string& system = content->system;
    // A server that is told of a system account which it cannot find does not start.
    if (!system.empty() && !accounts->contains(system)) return base::Error{Errc::no_system_account, system};
    return MemoryContent{*std::move(content), *std::move(accounts)};
}

}  // namespace

base::Result<std::string> memory_resolver_config(const Store& store,
                                                 const std::optional<Name>& system_account) {
    const auto read = read_memory_content(store, system_account);
    if (!read) return read.error();
    const auto& [content, accounts] = *read;
    const std::string& system = content.system;
    std::string text = "// Operator \"" + store.name().text() + "\"\n";
    text += "operator: " + content.owner.token.text() + "\n\n";
    if (!system.empty()) text += "system_account: " + system + "\n\n";
    text += "resolver: MEMORY\n\nresolver_preload: {\n";
    for (const auto& [key, account] : accounts) {
        text += "  // Account \"" + account.name + "\"\n  " + key + ": " + account.token + "\n\n";
    }
    return text + "}\n";
}

base::Result<std::string> full_resolver_config(const Store& store,
                                               const std::optional<Name>& system_account) {
    return nats_resolver_config(store, system_account, full_resolver);
}

base::Result<std::string> cache_resolver_config(const Store& store,
                                                const std::optional<Name>& system_account) {
    return nats_resolver_config(store, system_account, cache_resolver);
}

base::Result<std::vector<ConfigurationFile>> memory_resolver_files(
    const Store& store, const std::optional<Name>& system_account) {
    const auto read = read_memory_content(store, system_account);
    if (!read) return read.error();
    const auto& [content, accounts] = *read;
    std::vector<ConfigurationFile> files;
    files.push_back({"operator.conf", "operator: " + content.owner.token.text() + "\n"});
    std::string text = "// Operator \"" + store.name().text() + "\"\ninclude operator.conf\n\n";
    if (!content.system.empty()) text += "system_account: " + content.system + "\n\n";
    text += "resolver: MEMORY\n\nresolver_preload: {\n";
    for (const auto& [key, account] : accounts) {
        const std::filesystem::path path = std::filesystem::path("accounts") / (key + ".conf");
        files.push_back({path, "// Account \"" + account.name + "\"\n" + key + ": " + account.token + "\n"});
        text += "  // Account \"" + account.name + "\"\n  include " + path.string() + "\n";
    }
    files.push_back({"resolver.conf", text + "}\n"});
    return files;
}

}  // namespace natscreds::accounts
