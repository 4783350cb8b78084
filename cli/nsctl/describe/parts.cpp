#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "describe/account_names.h"
#include "describe/tables.h"
#include "options/exchange.h"
#include "options/signing_key_options.h"

namespace natscreds::nsctl {
namespace {

using Account = jwt::Decoded<jwt::AccountClaims>;
using Json = nlohmann::json;

struct DescribePartOptions {
    std::string account;
    std::string key;
    ImportChoice choice;
};

base::Result<Account> read_account(const Session& session, const std::string& named) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(named);
    if (!name) return name.error();
    return store->read_account(*name);
}

/// A list of the account's claims as JSON.
Json claim(const Account& account, const char* name) {
    return Json::parse(jwt::pretty_payload(account.token)).at("nats").value(name, Json::array());
}

void print(const Session& session, const Json& json) {
    session.world().out << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
}

base::Status describe_export(const Session& session, const DescribePartOptions& options) {
    const auto account = read_account(session, options.account);
    if (!account) return account.error();
    const auto at = find_export(account->claims(), options.choice.subject);
    if (!at) return at.error();
    if (session.json()) {
        print(session, claim(*account, "exports").at(*at));
    } else {
        session.world().out << export_tables(account->claims().exports[*at]);
    }
    return {};
}

base::Status describe_import(const Session& session, const DescribePartOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto choice = options.choice.resolved(*store);
    if (!choice) return choice.error();
    const auto account = read_account(session, options.account);
    if (!account) return account.error();
    const auto at = find_import(account->claims(), *choice);
    if (!at) return at.error();
    const jwt::Import& one = account->claims().imports[*at];
    if (session.json()) {
        print(session, claim(*account, "imports").at(*at));
    } else {
        session.world().out << import_tables(one, names_of(session, {one.account}));
    }
    return {};
}

base::Status describe_signing_key(const Session& session, const DescribePartOptions& options) {
    const auto account = read_account(session, options.account);
    if (!account) return account.error();
    const auto key = listed_signing_key(session, account->claims(), options.key);
    if (!key) return key.error();
    const std::optional<jwt::UserScope>& scope = account->claims().signing_keys.at(*key);
    if (!session.json()) {
        session.world().out << (scope ? scope_table(*key, *scope) : plain_key_table(*key));
        return {};
    }
    for (const Json& one : claim(*account, "signing_keys")) {
        if (one == *key) print(session, {{"key", *key}});
        if (one.is_object() && one.value("key", "") == *key) print(session, one);
    }
    return {};
}

}  // namespace

Command describe_export() {
    const auto options = std::make_shared<DescribePartOptions>();
    return {
        .options = {account_option(options->account),
                    {"-s,--subject,subject", &options->choice.subject,
                     "its subject (default: the only export's)"}},
        .examples = {"nsctl describe export -a A --subject test"},
        .run = [options](const Session& session) { return describe_export(session, *options); },
    };
}

Command describe_import() {
    const auto options = std::make_shared<DescribePartOptions>();
    return {
        .options = joined({{account_option(options->account)}, options->choice.options()}),
        .examples = {"nsctl describe import chat.req.access -a KUBECON"},
        .run = [options](const Session& session) { return describe_import(session, *options); },
    };
}

Command describe_signing_key() {
    const auto options = std::make_shared<DescribePartOptions>();
    return {
        .options = {account_option(options->account), signing_key_option(options->key)},
        .examples = {"nsctl describe signing-key chat -a KUBECON"},
        .run = [options](const Session& session) { return describe_signing_key(session, *options); },
    };
}

}  // namespace natscreds::nsctl
