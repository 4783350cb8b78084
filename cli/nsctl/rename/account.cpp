#include <memory>
#include <string>

#include <natscreds/accounts/reissue.h>

#include "commands.h"

namespace natscreds::nsctl {
namespace {

struct RenameOptions {
    std::string from;
    std::string to;
};

base::Status rename_stored_account(Session& session, const RenameOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto from = accounts::Name::parse(options.from);
    if (!from) return from.error();
    const auto to = accounts::Name::parse(options.to);
    if (!to) return to.error();
    if (base::Status done = accounts::rename_account(session.tree(*store), *from, *to); !done) return done;
    session.done("renamed account " + in_quotes(from->text()) + " to " + in_quotes(to->text()));
    session.hint("servers know it by its key: nsctl push -a " + to->text() + " tells them the new name");
    session.context().choose_account(*to);
    return session.remember();
}

}  // namespace

Command rename_account() {
    const auto options = std::make_shared<RenameOptions>();
    return {
        .options = {{.names = "from", .to = &options->from, .help = "the account's name", .required = true},
                    {.names = "to", .to = &options->to, .help = "its new name", .required = true}},
        .examples = {"nsctl rename account KUBECON CONFERENCE"},
        .run = [options](Session& session) { return rename_stored_account(session, *options); },
    };
}

}  // namespace natscreds::nsctl
