#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <variant>

#include <nlohmann/json.hpp>

#include "commands.h"
#include "describe/account_names.h"
#include "describe/tables.h"
#include "errors.h"
#include "options/options.h"
#include "shared/only_user.h"
#include "shared/output.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct DescribeOptions {
    std::string name;
    std::string account;
    std::string file;
    std::string output = "--";
    bool raw = false;
    bool long_ids = false;
    std::string field;
};

/// The account of that key, where this store has it: the one that is meant anyhow, before any other.
base::Result<jwt::Decoded<jwt::AccountClaims>> find_account(const Session& session, const std::string& named,
                                                            const std::string& key) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto likely = session.account(named);
    if (likely) {
        auto account = store->read_account(*likely);
        if (account && account->content.subject == key) return account;
    }
    const NamesByKey names = names_of(session, {key});
    if (names.empty()) return base::Error{accounts::Errc::no_such_account, key};
    const auto name = accounts::Name::parse(names.begin()->second);
    if (!name) return name.error();
    return store->read_account(*name);
}

/// The scope of the key that signed a user, where this store knows it.
std::string issuing_scope(const Session& session, const std::string& account_name,
                          const jwt::Decoded<jwt::UserClaims>& user) {
    if (user.claims().issuer_account.empty()) return "";
    const auto account = find_account(session, account_name, user.claims().issuer_account);
    if (!account) return "";
    const auto key = account->claims().signing_keys.find(user.issuer.text());
    const bool scoped = key != account->claims().signing_keys.end() && key->second;
    return scoped ? "\n" + scope_table(key->first, *key->second) : "";
}

std::string tables(const Session& session, const DescribeOptions&,
                   const jwt::Decoded<jwt::OperatorClaims>& token) {
    const std::string& system = token.claims().system_account;
    return operator_tables(token,
                           names_of(session, system.empty() ? std::set<std::string>() : std::set{system}),
                           session.world().clock.now());
}

std::string tables(const Session& session, const DescribeOptions& options,
                   const jwt::Decoded<jwt::AccountClaims>& token) {
    std::set<std::string> exporters;
    for (const jwt::Import& one : token.claims().imports) {
        if (!options.long_ids) exporters.insert(one.account);
    }
    return account_tables(token, names_of(session, exporters), session.world().clock.now());
}

std::string tables(const Session& session, const DescribeOptions& options,
                   const jwt::Decoded<jwt::UserClaims>& token) {
    return user_tables(token, session.world().clock.now()) + issuing_scope(session, options.account, token);
}

std::string tables(const Session& session, const DescribeOptions&,
                   const jwt::Decoded<jwt::ActivationClaims>& token) {
    return activation_tables(token, session.world().clock.now());
}

/// What the fields of a generic token mean is known only to who made it.
std::string tables(const Session&, const DescribeOptions&, const jwt::Decoded<jwt::GenericClaims>& token) {
    return jwt::pretty_payload(token.token) + "\n";
}

/// The value at a path like "nats.exports[0].subject", as JSON: null where there is none.
std::string field_of(const jwt::Token& token, const std::string& path) {
    std::string pointer = "/";
    for (const char c : path) {
        if (c == '.' || c == '[') pointer += '/';
        if (c != '.' && c != '[' && c != ']') pointer += c;
    }
    const nlohmann::json json = nlohmann::json::parse(jwt::pretty_payload(token), nullptr, false);
    try {
        return json.at(nlohmann::json::json_pointer(pointer)).dump(1);
    } catch (const nlohmann::json::exception&) {
        return "null";
    }
}

template <class C>
std::string shown(const Session& session, const DescribeOptions& options, const jwt::Decoded<C>& token) {
    if (options.raw) return token.token.text() + "\n";
    if (!options.field.empty()) return field_of(token.token, options.field) + "\n";
    return session.json() ? jwt::pretty_payload(token.token) + "\n" : tables(session, options, token);
}

template <class C>
base::Status show(const Session& session, const DescribeOptions& options, const jwt::Decoded<C>& token) {
    return write_output(session, options.output, shown(session, options, token), {.mode = 0644});
}

base::Status describe_operator(const Session& session, const DescribeOptions& options) {
    base::Result<accounts::Store> store = session.store();
    if (!options.name.empty()) {
        const auto name = accounts::Name::parse(options.name);
        if (!name) return name.error();
        store = accounts::Store::open(session.context().stores(), *name);
    }
    if (!store) return store.error();
    const auto token = store->read_operator();
    if (!token) return token.error();
    return show(session, options, *token);
}

base::Status describe_account(const Session& session, const DescribeOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.name);
    if (!name) return name.error();
    const auto token = store->read_account(*name);
    if (!token) return token.error();
    return show(session, options, *token);
}

base::Status describe_user(const Session& session, const DescribeOptions& options) {
    const auto chosen = chosen_user(session, options.account, options.name);
    if (!chosen) return chosen.error();
    const auto token = chosen->store.read_user(chosen->account, chosen->user);
    if (!token) return token.error();
    return show(session, options, *token);
}

base::Status describe_jwt(const Session& session, const DescribeOptions& options) {
    const auto text = token_text(session, options.file);
    if (!text) return text.error();
    const auto token = jwt::decode_any(*text);
    if (!token) return token.error().within(options.file);
    return std::visit([&](const auto& one) { return show(session, options, one); }, *token);
}

/// In what form it is shown.
console::OptionList form_options(DescribeOptions& options) {
    return {{"-R,--raw", &options.raw, "the JWT itself"},
            {"-W,--long-ids", &options.long_ids, "accounts that are imported from by their keys"},
            {"-F,--field", &options.field, "one claim, such as nats.exports[0].subject"},
            output_option(options.output)};
}

}  // namespace

Command describe_operator() {
    const auto options = std::make_shared<DescribeOptions>();
    return {
        .options = joined({form_options(*options),
                           {{"-n,--name,name", &options->name, "operator name (default: the current one)"}}}),
        .run = [options](const Session& session) { return describe_operator(session, *options); },
    };
}

Command describe_account() {
    const auto options = std::make_shared<DescribeOptions>();
    return {
        .options = joined({form_options(*options),
                           {{"-n,--name,name", &options->name, "account name (default: the current one)"}}}),
        .examples = {"nsctl describe account KUBECON", "nsctl describe account -n KUBECON --json"},
        .run = [options](const Session& session) { return describe_account(session, *options); },
    };
}

Command describe_user() {
    const auto options = std::make_shared<DescribeOptions>();
    return {
        .options = joined({form_options(*options),
                           {{"-n,--name,name", &options->name, "user name (default: the account's only one)"},
                            account_option(options->account)}}),
        .examples = {"nsctl describe user -a KUBECON chat-access"},
        .run = [options](const Session& session) { return describe_user(session, *options); },
    };
}

Command describe_jwt() {
    const auto options = std::make_shared<DescribeOptions>();
    return {
        .options = joined({form_options(*options),
                           {{.names = "-f,--file,file",
                             .to = &options->file,
                             .help = "JWT or creds file, \"-\" for standard input",
                             .takes = Takes::file,
                             .required = true}}}),
        .examples = {"nsctl describe jwt -f KO.jwt", "nsctl describe jwt -f chat-access.creds"},
        .run = [options](const Session& session) { return describe_jwt(session, *options); },
    };
}

}  // namespace natscreds::nsctl
