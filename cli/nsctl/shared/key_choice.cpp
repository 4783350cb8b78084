#include "shared/key_choice.h"

#include <set>
#include <utility>

#include <natscreds/accounts/errc.h>

namespace natscreds::nsctl {
namespace {

/// All keys of the tree; with the last, none where no operator is chosen, for stored keys need no tree.
base::Result<std::vector<TreeKey>> keys_of_tree(const Session& session, const KeyChoice& choice) {
    const auto store = session.store();
    const bool without_tree = !store && choice.not_referenced && choice.account.empty() &&
                              store.error().code == accounts::Errc::no_operator_chosen;
    if (without_tree) return std::vector<TreeKey>();
    if (!store) return store.error();
    return tree_keys(session, *store, choice.account);
}

KeyLevel level_of(nkeys::Kind kind) {
    if (kind == nkeys::Kind::operator_) return KeyLevel::owner;
    return kind == nkeys::Kind::user ? KeyLevel::user : KeyLevel::account;
}

base::Result<std::vector<TreeKey>> unreferenced(const Session& session, const std::vector<TreeKey>& known) {
    std::set<std::string> referenced;
    for (const TreeKey& row : known)
        referenced.insert(row.key);
    const auto stored = session.keys().keys();
    if (!stored) return stored.error();
    std::vector<TreeKey> rows;
    for (const nkeys::PublicKey& key : *stored) {
        if (referenced.contains(key.text())) continue;
        rows.push_back({.level = level_of(key.kind()),
                        .entity = "?",
                        .key = key.text(),
                        .stored = true,
                        .curve = key.kind() == nkeys::Kind::curve});
    }
    return rows;
}

}  // namespace

console::OptionList KeyChoice::options() {
    return {{"-o,--operator", &operators, "the operator's keys"},
            {"-a,--accounts", &accounts, "the accounts' keys"},
            {"-u,--users", &users, "the users' keys"},
            {"-A,--all", &all, "all of them (default)"},
            {"--not-referenced", &not_referenced, "instead of them stored keys that the tree does not name"},
            {"--account", &account, "of this account and its users only"},
            {"--user", &user, "of this user only"},
            {"-f,--filter", &filter, "keys with these letters in them"}};
}

bool KeyChoice::wants(const TreeKey& row) const {
    if (row.key.find(filter) == std::string::npos && !filter.empty()) return false;
    if (!user.empty() && (row.level != KeyLevel::user || row.entity != user)) return false;
    const bool any = operators || accounts || users || curves;
    if (all || !any) return true;
    if (row.curve) return curves;
    if (row.level == KeyLevel::owner) return operators;
    return row.level == KeyLevel::account ? accounts : users;
}

base::Result<std::vector<TreeKey>> KeyChoice::keys(const Session& session) const {
    auto rows = keys_of_tree(session, *this);
    if (rows && not_referenced) rows = unreferenced(session, *rows);
    if (!rows) return rows;
    std::erase_if(*rows, [this](const TreeKey& row) { return !wants(row); });
    return rows;
}

}  // namespace natscreds::nsctl
