#include <memory>
#include <string>

#include <natscreds/accounts/create.h>

#include "commands.h"
#include "options/new_user_options.h"
#include "options/options.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

struct AddUserOptions {
    std::string name;
    std::string account;
    std::string key;
    NewUserOptions user;
};

base::Result<accounts::NewUser> wanted_user(const Session& session, const AddUserOptions& options) {
    auto name = accounts::Name::parse(options.name);
    if (!name) return name.error();
    auto account = session.account(options.account);
    if (!account) return account.error();
    const auto validity = options.user.time.validity(session.world().clock.now());
    if (!validity) return validity.error();
    auto claims = options.user.claims();
    if (!claims) return claims.error();
    const auto key = given_key(session, options.key, nkeys::Kind::user);
    if (!key) return key.error();
    return accounts::NewUser{.account = *std::move(account),
                             .name = *std::move(name),
                             .key = *key,
                             .signer = session.signer(),
                             .validity = *validity,
                             .claims = *std::move(claims)};
}

base::Status add(Session& session, const AddUserOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto wanted = wanted_user(session, options);
    if (!wanted) return wanted.error();
    const auto created = accounts::create_user(session.tree(*store), *wanted);
    if (!created) return created.error();
    for (const std::string& line : options.user.permissions.report())
        session.done(line);
    if (!wanted->key) session.done("generated and stored user key " + in_quotes(created->key.text()));
    session.done(created->creds ? "generated user creds file `" + session.shown(*created->creds) + "`"
                                : "skipped generating creds file - user private key is not available");
    session.made("name", wanted->name.text());
    session.made("public_key", created->key.text());
    if (created->creds) session.made("creds", created->creds->string());
    session.done("added user " + in_quotes(wanted->name.text()) + " to account " +
                 in_quotes(wanted->account.text()));
    warn_about_user(session, *store, {wanted->account, wanted->name});
    return {};
}

}  // namespace

Command add_user() {
    const auto options = std::make_shared<AddUserOptions>();
    return {
        .options =
            joined({{{.names = "-n,--name,name", .to = &options->name, .help = "user name", .required = true},
                     {"-a,--account", &options->account, "the user's account (default: the current one)"},
                     {"-k,--public-key", &options->key, "the user's key, when there is one already"}},
                    options->user.options()}),
        .examples = {"nsctl add user chat-access -K SIGNING_KEY.nk --allow-sub chat.req.access",
                     "nsctl add user -n test -a A --allow-pubsub 'test.>' --expiry 1d"},
        .run = [options](Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
