#include <memory>
#include <string>

#include <natscreds/accounts/remove.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct DeleteOperatorOptions {
    std::string name;
    bool force = false;
    accounts::Leftovers with;
};

base::Status remove(Session& session, const DeleteOperatorOptions& options) {
    if (base::Status chosen = session.choose_operator(options.name); !chosen) return chosen;
    const auto store = session.store();
    if (!store) return store.error();
    const auto there = store->accounts();
    if (!there) return there.error();
    if (!there->empty() && !options.force) return base::Error{Errc::has_accounts, in_quotes(options.name)};
    const auto names = accounts::remove_operator(session.tree(*store), options.with);
    if (!names) return names.error();
    for (const accounts::Name& name : *names)
        session.done("deleted account " + in_quotes(name.text()));
    session.done("deleted operator " + in_quotes(options.name));
    session.context().choose_stores(session.context().stores());
    return session.remember();
}

}  // namespace

Command delete_operator() {
    const auto options = std::make_shared<DeleteOperatorOptions>();
    return {
        .options =
            {
                {.names = "-n,--name,name", .to = &options->name, .help = "operator name", .required = true},
                {"-F,--force", &options->force, "with all its accounts and users"},
                {"-D,--rm-nkey", &options->with.keys, "delete all their private keys too"},
                {"-C,--rm-creds", &options->with.creds, "delete all users' creds files too"},
            },
        .examples = {"nsctl delete operator KO --force"},
        .run = [options](Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
