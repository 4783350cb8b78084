#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "shared/tree_keys.h"

namespace natscreds::nsctl {
namespace {

struct ListKeysOptions {
    bool operators = false;
    bool accounts = false;
    bool users = false;
    std::string account;

    /// Nothing named is everything.
    [[nodiscard]] bool wants(KeyLevel level) const {
        const bool any = operators || accounts || users;
        const bool named = level == KeyLevel::owner     ? operators
                           : level == KeyLevel::account ? accounts
                                                        : users;
        return named || !any;
    }
};

void print_table(const Session& session, const ListKeysOptions& options, const std::vector<TreeKey>& rows) {
    console::Table table("Keys");
    table.add_row({"Entity", "Key", "Signing Key", "Stored"});
    table.add_separator();
    for (const TreeKey& row : rows) {
        if (!options.wants(row.level)) continue;
        table.add_row({std::string(static_cast<std::size_t>(row.level), ' ') + row.entity,
                       row.problem.empty() ? row.key : "! " + row.problem, row.signing_key ? "*" : "",
                       row.stored ? "*" : ""});
    }
    session.world().out << table.text();
}

void print_json(const Session& session, const ListKeysOptions& options, const std::vector<TreeKey>& rows) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const TreeKey& row : rows) {
        if (!options.wants(row.level)) continue;
        json.push_back({{"name", row.entity},
                        {"public_key", row.key},
                        {"signing_key", row.signing_key},
                        {"stored", row.stored}});
        if (!row.problem.empty()) json.back()["problem"] = row.problem;
    }
    session.world().out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

base::Status list_keys(const Session& session, const ListKeysOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto keys = tree_keys(session, *store, options.account);
    if (!keys) return keys.error();
    session.json() ? print_json(session, options, *keys) : print_table(session, options, *keys);
    return {};
}

}  // namespace

Command list_keys() {
    const auto options = std::make_shared<ListKeysOptions>();
    return {
        .options = {{"-o,--operator", &options->operators, "the operator's keys"},
                    {"-a,--accounts", &options->accounts, "the accounts' keys"},
                    {"-u,--users", &options->users, "the users' keys"},
                    {"--account", &options->account, "of this account and its users only"}},
        .examples = {"nsctl list keys", "nsctl list keys --account KUBECON -J"},
        .run = [options](const Session& session) { return list_keys(session, *options); },
    };
}

}  // namespace natscreds::nsctl
