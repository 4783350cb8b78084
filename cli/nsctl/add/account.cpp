#include <memory>
#include <string>

#include <natscreds/accounts/create.h>

#include "commands.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct AddAccountOptions {
    std::string name;
    std::string key;
    TimeOptions time;
    PermissionOptions permissions;
};

base::Result<accounts::NewAccount> wanted_account(const Session& session, const AddAccountOptions& options) {
    auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    const auto validity = options.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    const auto permissions = options.permissions.applied_to({});
    if (!permissions) return permissions.error();
    const auto key = given_key(session, options.key, nkeys::Kind::account);
    if (!key) return key.error();
    return accounts::NewAccount{.name = *std::move(name),
                                .key = *key,
                                .signer = session.signer(),
                                .validity = *validity,
                                .default_permissions = *permissions};
}

base::Status add(Session& session, const AddAccountOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto wanted = wanted_account(session, options);
    if (!wanted) return wanted.error();
    const auto key = accounts::create_account(session.tree(*store), *wanted);
    if (!key) return key.error();
    for (const std::string& line : options.permissions.report())
        session.done(line);
    if (!wanted->key) session.done("generated and stored account key " + in_quotes(key->text()));
    session.done("added account " + in_quotes(wanted->name.text()));
    session.made("name", wanted->name.text());
    session.made("public_key", key->text());
    session.context().choose_account(wanted->name);
    return session.remember();
}

}  // namespace

Command add_account() {
    const auto options = std::make_shared<AddAccountOptions>();
    return {
        .options = joined(
            {{{.names = "-n,--name,name", .to = &options->name, .help = "account name", .required = true},
              {"-k,--public-key", &options->key, "the account's key, when there is one already"}},
             options->time.options(),
             options->permissions.options()}),
        .examples = {"nsctl add account KUBECON", "nsctl add account --name B --expiry 1y"},
        .run = [options](Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
