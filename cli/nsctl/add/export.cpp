#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "options/exchange.h"

namespace natscreds::nsctl {
namespace {

struct AddExportOptions {
    std::string account;
    std::string subject;
    ExportOptions details;
};

base::Status add(const Session& session, const AddExportOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    jwt::Export wanted;
    wanted.name = options.subject;
    wanted.subject = options.subject;
    const auto made = options.details.applied_to(std::move(wanted));
    if (!made) return made.error();
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = [&](auto& draft) {
                                   draft.claims.exports.push_back(*made);
                                   return base::Status();
                               }});
    if (!edited) return edited;
    session.done("added " + std::string(made->token_req ? "private " : "public ") + made->type + " export " +
                 in_quotes(made->name));
    return {};
}

}  // namespace

Command add_export() {
    const auto options = std::make_shared<AddExportOptions>();
    return {
        .options = joined({{account_option(options->account),
                            {.names = "-s,--subject,subject",
                             .to = &options->subject,
                             .help = "the subject",
                             .required = true}},
                           options->details.options()}),
        .examples =
            {"nsctl add export -a A --service --subject test --latency latency.on.test --sampling 100",
             "nsctl add export 'chat.req.access.*.*' -r --account-token-position 4"},
        .run = [options](const Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
