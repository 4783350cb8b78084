#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/exchange.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

struct EditExportOptions {
    std::string account;
    std::string subject;
    ExportOptions details;
};

base::Status edit(const Session& session, const EditExportOptions& options) {
    if (!options.details.given()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    jwt::Export made;
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) -> base::Status {
        const auto at = find_export(draft.claims, options.subject);
        if (!at) return at.error();
        jwt::Export& target = draft.claims.exports[*at];
        auto changed = options.details.applied_to(target);
        if (!changed) return changed.error();
        target = *std::move(changed);
        made = target;
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done(options.details.report());
    session.done("edited export " + in_quotes(made.name));
    warn_about_importers(session, *store, *account, made);
    return {};
}

}  // namespace

Command edit_export() {
    const auto options = std::make_shared<EditExportOptions>();
    return {
        .options = joined(
            {{account_option(options->account),
              {"-s,--subject,subject", &options->subject, "its subject (default: the only export's)"}},
             options->details.options(),
             {{"--rm-latency-sampling", &options->details.remove_latency, "measure no latency any more"}}}),
        .examples = {"nsctl edit export -a A -s test --response-type stream --response-threshold 5s"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
