#include <memory>
#include <string>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct InitOptions {
    std::string folder;
    std::string name = "Test";
};

constexpr const char* local_server = "nats://localhost:4222";

base::Status create_operator(const Session& session, const accounts::Tree& tree) {
    accounts::NewOperator wanted;
    wanted.extras = accounts::Extras::signing_key | accounts::Extras::system_account;
    const auto created = accounts::create_operator(tree, std::move(wanted));
    if (!created) return created.error();
    base::Status edited = accounts::edit_operator(tree, "", [](auto& draft) {
        draft.claims.operator_service_urls.emplace_back(local_server);
        draft.claims.account_server_url = local_server;
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

base::Status init(Session& session, const InitOptions& options) {
    const auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    accounts::Context& context = session.context();
    if (!options.folder.empty()) {
        const auto& current_folder = session.world().surroundings.current_folder;
        context.choose_stores((current_folder / options.folder).lexically_normal());
    }
    const auto store = accounts::Store::create(context.stores(), *name, accounts::Management::here);
    if (!store) return store.error();
    const accounts::Tree tree = session.tree(*store);
    if (base::Status made = create_operator(session, tree); !made) return made;
    if (base::Status made = create_account(session, tree, *name); !made) return made;
    context.choose_operator(*name);
    context.choose_account(*name);
    session.hint(
        "a server for it: nsctl generate config --mem-resolver > nats.conf && nats-server -c nats.conf");
    return session.remember();
}

}  // namespace

Command init() {
    const auto options = std::make_shared<InitOptions>();
    return {
        .options = {{"-d,--dir", &options->folder, "folder for the operators", Takes::folder},
                    {"-n,--name", &options->name, "name of the operator, account and user (default: Test)"}},
        .examples = {"nsctl init -n demo"},
        .run = [options](Session& session) { return init(session, *options); },
    };
}

}  // namespace natscreds::nsctl
