#include "servers/removal.h"

#include <algorithm>
#include <ostream>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/accounts/servers/push.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/bus/errc.h>

#include "errors.h"
#include "options/options.h"
#include "shared/table_parts.h"

namespace natscreds::nsctl {
namespace {

using accounts::LiveSystem;
using Did = LiveSystem::Answer::Outcome;

/// What became of one account on all servers.
struct RemovedAccount {
    std::string key;
    std::string name;
    LiveSystem::Answers answers = {};
    bool still_there = false;
    std::string refused = {};  ///< why servers were not asked
};

std::string number_of(std::size_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string shown_account(const RemovedAccount& account) {
    return account.name.empty() ? account.key : in_quotes(account.name) + " (" + account.key + ")";
}

/// What stops when it is gone; an error where that is not to be.
base::Status check_unused(const RemovalScene& scene, const std::string& system,
                          const RemovedAccount& account) {
    if (account.key == system && scene.removal == Removal::careful)
        return base::Error{Errc::is_system_account, account.key};
    const auto users = scene.live.users_of(account.key);
    if (!users) return users.error();
    if (users->clients + users->leaf_nodes == 0) return {};
    const std::string what =
        number_of(users->clients, "client") + " and " + number_of(users->leaf_nodes, "leaf node");
    if (scene.removal == Removal::careful) return base::Error{Errc::in_use, what};
    scene.session.warn("account " + shown_account(account) + " has " + what +
                       " connected: they are cut off, and its streams are out of reach");
    return {};
}

bool is_stored(const LiveSystem& live, const std::string& key) {
    return std::ranges::find(live.stored_accounts(), key) != live.stored_accounts().end();
}

base::Result<RemovedAccount> remove_one(const RemovalScene& scene, const std::string& system,
                                        RemovedAccount account) {
    if (const base::Status unused = check_unused(scene, system, account); !unused) {
        account.refused = unused.error().message();
        return account;
    }
    const auto request =
        accounts::removal_request(scene.session.tree(scene.store), account.key, scene.session.signer());
    if (!request) return request.error();
    auto answers = scene.live.remove(*request);
    if (!answers) return answers.error();
    account.answers = *std::move(answers);
    account.still_there = is_stored(scene.live, account.key);
    return account;
}

std::string did(const LiveSystem::Answer& answer) {
    if (answer.outcome == Did::removed) return "removed: " + answer.words;
    return answer.outcome == Did::silent ? "no answer" : "refused: " + answer.words;
}

/// What all servers together come to; empty where there is nothing to add.
std::string summary_of(const RemovedAccount& account) {
    if (!account.refused.empty()) return "not removed: " + account.refused;
    return account.still_there ? "a server still has it" : "";
}

bool is_gone(const RemovedAccount& account) {
    return summary_of(account).empty() && std::ranges::all_of(account.answers, [](const auto& answer) {
               return answer.second.outcome == Did::removed;
           });
}

void print_removed(const RemovalScene& scene, const std::vector<RemovedAccount>& removed) {
    const LiveSystem::Names& servers = scene.live.servers();
    TokenTable table("Removed Accounts");
    table.add_row({"Account", "Server", "Result"});
    table.add_separator();
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const RemovedAccount& account : removed) {
        const std::string shown = account.name.empty() ? account.key : account.name;
        nlohmann::ordered_json answers = nlohmann::ordered_json::array();
        for (const auto& [id, answer] : account.answers) {
            const auto name = servers.find(id);
            table.add_row({shown, name == servers.end() ? id : name->second, did(answer)});
            answers.push_back({{"server", id}, {"result", did(answer)}});
        }
        const std::string whole = summary_of(account);
        if (!whole.empty()) table.add_row({shown, "", whole});
        json.push_back({{"name", account.name},
                        {"public_key", account.key},
                        {"removed", is_gone(account)},
                        {"message", whole},
                        {"servers", std::move(answers)}});
    }
    scene.session.world().out << (scene.session.json()
                                      ? json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
                                            "\n"
                                      : table.text());
}

base::Status check_can_forget(const LiveSystem& live) {
    if (live.resolver() == accounts::Resolver::full) return {};
    return base::Error{Errc::memory_forgets, ""};
}

base::Status remove_each(const RemovalScene& scene, const std::string& system,
                         std::vector<RemovedAccount> doomed) {
    for (RemovedAccount& account : doomed) {
        auto removed = remove_one(scene, system, std::move(account));
        if (!removed) return removed.error();
        account = *std::move(removed);
    }
    print_removed(scene, doomed);
    return std::ranges::all_of(doomed, is_gone) ? base::Status() : base::Error{Errc::not_removed, ""};
}

/// Whether this operator has signed what servers have of an account.
base::Result<bool> is_of_operator(const RemovalScene& scene, const jwt::Decoded<jwt::OperatorClaims>& owner,
                                  const std::string& key) {
    const auto tokens = scene.live.read(key);
    if (!tokens) return tokens.error();
    return std::ranges::any_of(
        *tokens, [&](const auto& token) { return accounts::Signers::of(owner).lists(token.issuer); });
}

base::Result<std::vector<std::string>> keys_of_store(const accounts::Store& store) {
    const auto names = store.accounts();
    if (!names) return names.error();
    std::vector<std::string> keys;
    for (const accounts::Name& name : *names) {
        // One that cannot be read could be any of those that servers have.
        const auto account = store.read_account(name);
        if (!account) return account.error();
        keys.push_back(account->content.subject);
    }
    return keys;
}

base::Result<std::vector<RemovedAccount>> strangers(const RemovalScene& scene,
                                                    const jwt::Decoded<jwt::OperatorClaims>& owner) {
    const auto known = keys_of_store(scene.store);
    if (!known) return known.error();
    std::vector<RemovedAccount> doomed;
    for (const std::string& key : scene.live.stored_accounts()) {
        if (std::ranges::find(*known, key) != known->end()) continue;
        const auto ours = is_of_operator(scene, owner, key);
        if (!ours) return ours.error();
        if (*ours || scene.removal == Removal::forced) {
            doomed.push_back({.key = key, .name = ""});
        } else {
            scene.session.warn("account " + key + " stays, for another operator has signed it");
        }
    }
    return doomed;
}

}  // namespace

base::Status remove_from_servers(const RemovalScene& scene, const std::string& named) {
    const auto owner = scene.store.read_operator();
    if (!owner) return owner.error();
    const auto key = account_key(scene.store, named);
    if (!key) return key.error().within("--account-removal");
    if (base::Status can = check_can_forget(scene.live); !can) return can;
    const std::string name = named == key->text() ? "" : named;
    return remove_each(scene, owner->claims().system_account, {{.key = key->text(), .name = name}});
}

base::Status prune_servers(const RemovalScene& scene) {
    const auto owner = scene.store.read_operator();
    if (!owner) return owner.error();
    if (base::Status can = check_can_forget(scene.live); !can) return can;
    auto doomed = strangers(scene, *owner);
    if (!doomed) return doomed.error();
    if (doomed->empty()) {
        scene.session.done("servers have no account that is to be removed");
        return {};
    }
    return remove_each(scene, owner->claims().system_account, *std::move(doomed));
}

}  // namespace natscreds::nsctl
