#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/cli/console/table.h>

#include "commands.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct ListOptions {
    std::string operator_name;
    std::string account;
};

struct Entry {
    std::string name;
    std::string key;
    bool current = false;
    std::string problem = {};  ///< of a file from which no token can be read
};

Entry bad_entry(const accounts::Name& name, const base::Error& error) {
    return {.name = name.text(), .key = {}, .problem = error.code.message()};
}

/// What a file holds, or why that is not known, which must not hide the others.
template <class C>
Entry entry_of(const accounts::Name& name, const base::Result<jwt::Decoded<C>>& token) {
    if (!token) return bad_entry(name, token.error());
    return {.name = name.text(), .key = token->content.subject};
}

struct Listing {
    std::string title;
    std::vector<Entry> entries;
};

std::string bold(const std::string& text) {
    return "\x1b[1m" + text + "\x1b[0m";
}

void print_json(std::ostream& out, const std::vector<Entry>& entries) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Entry& entry : entries) {
        json.push_back({{"name", entry.name}, {"public_key", entry.key}});
        if (!entry.problem.empty()) json.back()["problem"] = entry.problem;
    }
    out << json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void print_table(const World& world, const Listing& listing) {
    console::Table table(listing.title);
    table.add_row({"Name", "Public Key"});
    table.add_separator();
    for (const Entry& entry : listing.entries) {
        const bool marked = entry.current && world.colour == Colour::on;
        const std::string key = entry.problem.empty() ? entry.key : "! " + entry.problem;
        table.add_row(marked ? std::vector{bold(entry.name), bold(key)} : std::vector{entry.name, key});
    }
    world.out << table.text();
}

base::Status print(const Session& session, const Listing& listing) {
    if (session.json()) {
        print_json(session.world().out, listing.entries);
        return {};
    }
    print_table(session.world(), listing);
    return {};
}

/// The store of the operator that is named, or else of the current one.
base::Result<accounts::Store> store_of(const Session& session, const std::string& operator_name) {
    if (operator_name.empty()) return session.store();
    const auto name = accounts::Name::parse(operator_name);
    if (!name) return name.error();
    return accounts::Store::open(session.context().stores(), *name);
}

base::Status list_operators(const Session& session) {
    std::vector<Entry> entries;
    const auto names = accounts::operators(session.context().stores());
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        const auto store = accounts::Store::open(session.context().stores(), name);
        Entry entry = store ? entry_of(name, store->read_operator()) : bad_entry(name, store.error());
        entry.current = name == session.context().current_operator();
        entries.push_back(std::move(entry));
    }
    return print(session, {"Operators", std::move(entries)});
}

base::Status list_accounts(const Session& session, const ListOptions& options) {
    const auto store = store_of(session, options.operator_name);
    if (!store) return store.error();
    std::vector<Entry> entries;
    const auto names = store->accounts();
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        Entry entry = entry_of(name, store->read_account(name));
        entry.current = name == session.context().current_account();
        entries.push_back(std::move(entry));
    }
    return print(session, {"Accounts", std::move(entries)});
}

base::Status list_users(const Session& session, const ListOptions& options) {
    const auto store = store_of(session, options.operator_name);
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    if (!store->holds_account(*account))
        return base::Error{accounts::Errc::no_such_account, in_quotes(account->text())};
    std::vector<Entry> entries;
    const auto names = store->users(*account);
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        entries.push_back(entry_of(name, store->read_user(*account, name)));
    }
    return print(session, {"Users", std::move(entries)});
}

console::Option operator_option(ListOptions& options) {
    return {"-o,--operator", &options.operator_name, "operator name (default: the current one)"};
}

}  // namespace

Command list_operators() {
    return {.run = [](const Session& session) { return list_operators(session); }};
}

Command list_accounts() {
    const auto options = std::make_shared<ListOptions>();
    return {
        .options = {operator_option(*options)},
        .examples = {"nsctl list accounts", "nsctl list accounts --json"},
        .run = [options](const Session& session) { return list_accounts(session, *options); },
    };
}

Command list_users() {
    const auto options = std::make_shared<ListOptions>();
    return {
        .options = {operator_option(*options), account_option(options->account)},
        .examples = {"nsctl list users -a KUBECON"},
        .run = [options](const Session& session) { return list_users(session, *options); },
    };
}

}  // namespace natscreds::nsctl
