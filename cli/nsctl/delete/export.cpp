#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/exchange.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

struct DeleteExportOptions {
    std::string account;
    std::string subject;
};

base::Status remove(const Session& session, const DeleteExportOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    jwt::Export removed;
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) -> base::Status {
        const auto at = find_export(draft.claims, options.subject);
        if (!at) return at.error();
        removed = draft.claims.exports[*at];
        draft.claims.exports.erase(draft.claims.exports.begin() + static_cast<std::ptrdiff_t>(*at));
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("deleted " + removed.type + " export " + in_quotes(removed.subject));
    warn_about_importers(session, *store, *account, removed);
    return {};
}

}  // namespace

Command delete_export() {
    const auto options = std::make_shared<DeleteExportOptions>();
    return {
        .options = {account_option(options->account),
                    {"-s,--subject,subject", &options->subject, "its subject (default: the only export's)"}},
        .examples = {"nsctl delete export -a A --subject test"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
