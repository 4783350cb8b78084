#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <variant>

#include <CLI/CLI.hpp>

#include "commands.h"
#include "only_user.h"
#include "options.h"
#include "tables.h"
#include "token_file.h"

namespace natscreds::nsctl {
namespace {

struct Options {
    std::string name;
    std::string account;
    std::string file;
    OutputOptions output;
};

/// The names of the current operator's accounts; what cannot be read has none, for a description should not
/// fail for the sake of another account.
NamesByKey account_names(const Session& session) {
    NamesByKey names;
    const auto store = session.store();
    if (!store) return names;
    for (const accounts::Name& name : store->accounts()) {
        const auto account = store->read_account(name);
        if (account) names.emplace(account->content.subject, name.text());
    }
    return names;
}

/// The scope of the key that signed a user, where this store knows it.
std::string issuing_scope(const Session& session, const jwt::Decoded<jwt::UserClaims>& user) {
    const NamesByKey names = account_names(session);
    const auto account_name = names.find(user.claims().issuer_account);
    if (account_name == names.end()) return "";
    const auto name = accounts::Name::parse(account_name->second);
    const auto store = session.store();
    if (!name || !store) return "";
    const auto account = store->read_account(*name);
    if (!account) return "";
    const auto key = account->claims().signing_keys.find(user.issuer.text());
    const bool scoped = key != account->claims().signing_keys.end() && key->second;
    return scoped ? "\n" + scope_table(key->first, *key->second) : "";
}

std::string tables(const Session& session, const jwt::Decoded<jwt::OperatorClaims>& token) {
    return operator_tables(token, account_names(session));
}

std::string tables(const Session& session, const jwt::Decoded<jwt::AccountClaims>& token) {
    return account_tables(token, account_names(session));
}

std::string tables(const Session& session, const jwt::Decoded<jwt::UserClaims>& token) {
    return user_tables(token) + issuing_scope(session, token);
}

std::string tables(const Session&, const jwt::Decoded<jwt::ActivationClaims>& token) {
    return activation_tables(token);
}

/// What the fields of a generic token mean is known only to who made it.
std::string tables(const Session&, const jwt::Decoded<jwt::GenericClaims>& token) {
    return jwt::pretty_payload(token.token) + "\n";
}

template <class C>
base::Status show(const Session& session, const OutputOptions& output, const jwt::Decoded<C>& token) {
    std::ostream& out = session.world().out;
    if (output.raw) {
        out << token.token.text() << '\n';
        return {};
    }
    out << (output.json ? jwt::pretty_payload(token.token) + "\n" : tables(session, token));
    return {};
}

base::Status describe_operator(const Session& session, const Options& options) {
    base::Result<accounts::Store> store = session.store();
    if (!options.name.empty()) {
        const auto name = accounts::Name::parse(options.name);
        if (!name) return name.error();
        store = accounts::Store::open(session.context().stores(), *name);
    }
    if (!store) return store.error();
    const auto token = store->read_operator();
    if (!token) return token.error();
    return show(session, options.output, *token);
}

base::Status describe_account(const Session& session, const Options& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.name);
    if (!name) return name.error();
    const auto token = store->read_account(*name);
    if (!token) return token.error();
    return show(session, options.output, *token);
}

base::Status describe_user(const Session& session, const Options& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto name = named_or_only_user(*store, *account, options.name);
    if (!name) return name.error();
    const auto token = store->read_user(*account, *name);
    if (!token) return token.error();
    return show(session, options.output, *token);
}

base::Status describe_jwt(const Session& session, const Options& options) {
    const auto text = token_text(session, options.file);
    if (!text) return text.error();
    const auto token = jwt::decode_any(*text);
    if (!token) return token.error().within(options.file);
    return std::visit([&](const auto& one) { return show(session, options.output, one); }, *token);
}

std::shared_ptr<Options> bind(CLI::App& command) {
    auto options = std::make_shared<Options>();
    options->output.bind(command);
    return options;
}

}  // namespace

Action define_describe_operator(CLI::App& command) {
    const auto options = bind(command);
    command.add_option("-n,--name,name", options->name, "operator name (default: the current one)");
    return [options](const Session& session) { return describe_operator(session, *options); };
}

Action define_describe_account(CLI::App& command) {
    const auto options = bind(command);
    command.add_option("-n,--name,name", options->name, "account name (default: the current one)");
    command.footer("Examples:\n  nsctl describe account KUBECON\n  nsctl describe account -n KUBECON --json");
    return [options](const Session& session) { return describe_account(session, *options); };
}

Action define_describe_user(CLI::App& command) {
    const auto options = bind(command);
    command.add_option("-n,--name,name", options->name, "user name (default: the account's only one)");
    command.add_option("-a,--account", options->account, "account name (default: the current one)");
    command.footer("Examples:\n  nsctl describe user -a KUBECON chat-access");
    return [options](const Session& session) { return describe_user(session, *options); };
}

Action define_describe_jwt(CLI::App& command) {
    const auto options = bind(command);
    command.add_option("-f,--file,file", options->file, "JWT or creds file, \"-\" for standard input")
        ->required();
    command.footer("Examples:\n  nsctl describe jwt -f KO.jwt\n  nsctl describe jwt -f chat-access.creds");
    return [options](const Session& session) { return describe_jwt(session, *options); };
}

}  // namespace natscreds::nsctl
