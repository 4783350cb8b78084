#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/signing_key_options.h"

namespace natscreds::nsctl {
namespace {

struct DeleteSigningKeyOptions {
    std::string account;
    std::string key;
};

base::Status remove(const Session& session, const DeleteSigningKeyOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    std::string key;
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) -> base::Status {
        const auto listed = listed_signing_key(session, draft.claims, options.key);
        if (!listed) return listed.error();
        key = *listed;
        draft.claims.signing_keys.erase(key);
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("removed signing key " + in_quotes(key));
    session.hint("servers then close the connections of users that it signed");
    return {};
}

}  // namespace

Command delete_signing_key() {
    const auto options = std::make_shared<DeleteSigningKeyOptions>();
    return {
        .options = {account_option(options->account), signing_key_option(options->key)},
        .examples = {"nsctl delete signing-key chat -a KUBECON"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
