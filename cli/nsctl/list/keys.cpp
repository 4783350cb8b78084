#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <natscreds/cli/console/table.h>

#include "commands.h"

namespace natscreds::nsctl {
namespace {

enum class Level { owner, account, user };

struct ListKeysOptions {
    bool operators = false;
    bool accounts = false;
    bool users = false;
    std::string account;

    /// Nothing named is everything.
    [[nodiscard]] bool wants(Level level) const {
        const bool any = operators || accounts || users;
        const bool named = level == Level::owner ? operators : level == Level::account ? accounts : users;
        return named || !any;
    }
};

struct Row {
    Level level;
    std::string entity;
    std::string key = {};
    bool signing_key = false;
    bool stored = false;
    std::string problem = {};  ///< of a file from which no token can be read
};

class Keys {
  public:
    Keys(const Session& session, const accounts::Store& store) : session_(session), store_(store) {}

    void add_operator() {
        const auto owner = store_.read_operator();
        if (!owner) {
            add_problem({Level::owner, store_.name().text()}, owner.error());
            return;
        }
        add({Level::owner, store_.name().text(), owner->content.subject});
        for (const std::string& key : owner->claims().signing_keys)
            add({Level::owner, store_.name().text(), key, true});
    }

    base::Status add_account(const accounts::Name& name) {
        const auto account = store_.read_account(name);
        if (account) {
            add({Level::account, name.text(), account->content.subject});
            for (const auto& [key, scope] : account->claims().signing_keys)
                add({Level::account, name.text(), key, true});
        } else if (account.error().code == accounts::Errc::no_such_account) {
            return account.error();
        } else {
            add_problem({Level::account, name.text()}, account.error());
        }
        const auto users = store_.users(name);
        if (!users) return users.error();
        for (const accounts::Name& user_name : *users) {
            const auto user = store_.read_user(name, user_name);
            if (user) {
                add({Level::user, user_name.text(), user->content.subject});
            } else {
                add_problem({Level::user, user_name.text()}, user.error());
            }
        }
        return {};
    }

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

  private:
    /// A file from which no token can be read hides no other.
    void add_problem(Row row, const base::Error& error) {
        row.problem = error.code.message();
        rows_.push_back(std::move(row));
    }

    void add(Row row) {
        const auto key = nkeys::PublicKey::parse(row.key);
        row.stored = key && session_.keys().holds(*key);
        rows_.push_back(std::move(row));
    }

    const Session& session_;
    const accounts::Store& store_;
    std::vector<Row> rows_;
};

void print_table(const Session& session, const ListKeysOptions& options, const std::vector<Row>& rows) {
    console::Table table("Keys");
    table.add_row({"Entity", "Key", "Signing Key", "Stored"});
    table.add_separator();
    for (const Row& row : rows) {
        if (!options.wants(row.level)) continue;
        table.add_row({std::string(static_cast<std::size_t>(row.level), ' ') + row.entity,
                       row.problem.empty() ? row.key : "! " + row.problem, row.signing_key ? "*" : "",
                       row.stored ? "*" : ""});
    }
    session.world().out << table.text();
}

void print_json(const Session& session, const ListKeysOptions& options, const std::vector<Row>& rows) {
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    for (const Row& row : rows) {
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
    Keys keys(session, *store);
    keys.add_operator();
    auto names = store->accounts();
    if (!names) return names.error();
    if (!options.account.empty()) {
        const auto name = accounts::Name::parse(options.account);
        if (!name) return name.error();
        names = std::vector{*name};
    }
    for (const accounts::Name& name : *names) {
        if (base::Status done = keys.add_account(name); !done) return done;
    }
    session.json() ? print_json(session, options, keys.rows()) : print_table(session, options, keys.rows());
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
