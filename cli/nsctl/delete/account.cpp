#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/remove.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"

namespace natscreds::nsctl {
namespace {

struct DeleteAccountOptions {
    std::string name;
    bool force = false;
    std::optional<bool> revoke;
    accounts::Leftovers with;
};

/// Where another account is the system account, this one is not, whatever its file holds.
bool is_anothers(const accounts::Store& store, const std::string& key) {
    const auto names = store.accounts();
    if (!names || key.empty()) return key.empty();
    return std::ranges::any_of(*names, [&](const accounts::Name& name) {
        const auto account = store.read_account(name);
        return account && account->content.subject == key;
    });
}

/// The system account is what everything is looked at and changed through.
base::Status check_not_system(const accounts::Store& store, const accounts::Name& name) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    const std::string& key = owner->claims().system_account;
    const auto account = store.read_account(name);
    if (!account && !accounts::is_no_token(account.error())) return account.error();
    const bool system = account ? account->content.subject == key : !is_anothers(store, key);
    return system ? base::Error{Errc::is_system_account, in_quotes(name.text())} : base::Status();
}

base::Status remove(Session& session, const DeleteAccountOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto name = session.account(options.name);
    if (!name) return name.error();
    if (!options.force) {
        if (base::Status fine = check_not_system(*store, *name); !fine) return fine;
    }
    const auto users = accounts::remove_account(session.tree(*store), *name, options.with);
    if (!users) return users.error();
    for (const accounts::Name& user : *users)
        session.done("deleted user " + in_quotes(user.text()));
    session.done("deleted account " + in_quotes(name->text()));
    session.hint(
        "servers keep the account until it is gone from their resolver_preload, or from a full resolver's "
        "folder");
    session.context().choose_operator(store->name());
    return session.remember();
}

}  // namespace

Command delete_account() {
    const auto options = std::make_shared<DeleteAccountOptions>();
    return {
        .options =
            {
                {"-n,--name,name", &options->name, "account name (default: the current one)"},
                {"-F,--force", &options->force, "even the system account"},
                {"-R,--revoke", &options->revoke, "as nsc has it; an account that is gone revokes nobody"},
                {"-D,--rm-nkey", &options->with.keys, "delete its private keys and its users' too"},
                {"-C,--rm-creds", &options->with.creds, "delete its users' creds files too"},
            },
        .examples = {"nsctl delete account B", "nsctl delete account -n B --rm-nkey --rm-creds"},
        .run = [options](Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
