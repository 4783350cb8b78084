#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/exchange.h"

namespace natscreds::nsctl {
namespace {

struct DeleteImportOptions {
    std::string account;
    ImportChoice choice;
};

base::Status remove(const Session& session, const DeleteImportOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto choice = options.choice.resolved(*store);
    if (!choice) return choice.error();
    jwt::Import removed;
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) -> base::Status {
        const auto at = find_import(draft.claims, *choice);
        if (!at) return at.error();
        removed = draft.claims.imports[*at];
        draft.claims.imports.erase(draft.claims.imports.begin() + static_cast<std::ptrdiff_t>(*at));
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("deleted " + removed.type + " import " + in_quotes(removed.subject));
    return {};
}

}  // namespace

Command delete_import() {
    const auto options = std::make_shared<DeleteImportOptions>();
    return {
        .options = joined({{account_option(options->account)}, options->choice.options()}),
        .examples = {"nsctl delete import -a B --subject test"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
