#include <memory>
#include <string>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct InitOptions {
    std::string folder;
    std::string name = "Test";
    std::string source;           // of a remote operator's JWT
    std::string remote_operator;  // whose JWT the environment names
};

constexpr const char* local_server = "nats://localhost:4222";

base::Status create_operator(const Session& session, const accounts::Tree& tree) {
    accounts::NewOperator wanted;
    wanted.extras = accounts::Extras::system_account;
    const auto created = accounts::create_operator(tree, std::move(wanted));
    if (!created) return created.error();
    base::Status edited = accounts::edit_operator(tree, "", [](auto& draft) {
        draft.claims.operator_service_urls.emplace_back(local_server);
        return base::Status();
    });
    if (!edited) return edited;
    session.done("created operator " + in_quotes(tree.store.name().text()));
    session.done("created system account \"SYS\", with user \"sys\" and creds file `" +
                 session.shown(created->system->creds) + "`");
    return {};
}

base::Status create_account(const Session& session, const accounts::Tree& tree, const accounts::Name& name) {
    const auto account = accounts::create_account(
        tree, {.name = name, .key = {}, .signer = "", .validity = {}, .default_permissions = {}});
    if (!account) return account.error();
    session.done("created account " + in_quotes(name.text()));
    const auto user = accounts::create_user(
        tree, {.account = name, .name = name, .key = {}, .signer = "", .validity = {}, .claims = {}});
    if (!user) return user.error();
    session.done("created user " + in_quotes(name.text()));
    if (user->creds) session.done("user creds file stored in `" + session.shown(*user->creds) + "`");
    return {};
}

/// NSC_<NAME>_OPERATOR names the file of a remote operator that is known by its name.
base::Result<std::string> remote_source(const Session& session, const InitOptions& options) {
    if (options.remote_operator.empty()) return options.source;
    std::string variable = "NSC_" + options.remote_operator + "_OPERATOR";
    for (char& c : variable)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto named = session.world().surroundings.variable(variable);
    if (!named) return base::Error{Errc::no_remote_operator, variable};
    return *named;
}

/// The store of an operator whose keys are with somebody else: accounts sign themselves until that one signs them.
base::Result<accounts::Store> remote_store(const Session& session, const std::string& source) {
    if (source.find("://") != std::string::npos) return base::Error{Errc::over_http, source};
    const auto token = read_token<jwt::OperatorClaims>(session, source);
    if (!token) return token.error();
    const auto name = accounts::Name::parse(token->content.name);
    if (!name) return name.error();
    auto store = accounts::Store::create(session.context().stores(), *name, accounts::Management::elsewhere);
    if (!store) return store;
    // It may be there already, with other accounts in it.
    if (!store->holds_operator()) {
        const base::Status imported =
            accounts::import_operator(session.tree(*store), *token, base::Existing::refuse);
        if (!imported) return imported.error();
        session.done("imported operator " + in_quotes(name->text()));
    }
    return store;
}

base::Result<accounts::Store> own_store(const Session& session, const accounts::Name& name) {
    auto store = accounts::Store::create(session.context().stores(), name, accounts::Management::here);
    if (!store) return store;
    if (base::Status made = create_operator(session, session.tree(*store)); !made) return made.error();
    return store;
}

base::Status init(Session& session, const InitOptions& options) {
    const auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    const auto source = remote_source(session, options);
    if (!source) return source.error();
    accounts::Context& context = session.context();
    if (!options.folder.empty()) {
        const auto& current_folder = session.world().surroundings.current_folder;
        context.choose_stores((current_folder / options.folder).lexically_normal());
    }
    const auto store = source->empty() ? own_store(session, *name) : remote_store(session, *source);
    if (!store) return store.error();
    if (base::Status made = create_account(session, session.tree(*store), *name); !made) return made;
    context.choose_operator(store->name());
    context.choose_account(*name);
    session.hint(
        source->empty()
            ? "a server for it: nsctl generate config --mem-resolver > nats.conf && nats-server -c nats.conf"
            : "servers take the account in once that operator has signed it: nsctl import account");
    return session.remember();
}

}  // namespace

Command init() {
    const auto options = std::make_shared<InitOptions>();
    return {
        .options = {{"-d,--dir", &options->folder, "folder for the operators", Takes::folder},
                    {"-n,--name", &options->name, "name of the operator, account and user (default: Test)"},
                    {.names = "-u,--url",
                     .to = &options->source,
                     .help = "file with a remote operator's JWT, whose account this is to be",
                     .takes = Takes::file,
                     .excludes = {"--remote-operator"}},
                    {"-o,--remote-operator", &options->remote_operator,
                     "the same of the operator whose file is in NSC_<NAME>_OPERATOR"}},
        .examples = {"nsctl init -n demo", "nsctl init -n demo --url operator.jwt"},
        .run = [options](Session& session) { return init(session, *options); },
    };
}

}  // namespace natscreds::nsctl
