#include <memory>
#include <string>

#include <natscreds/accounts/import.h>

#include "commands.h"
#include "options/options.h"
#include "shared/token_file.h"

namespace natscreds::nsctl {
namespace {

struct ImportAccountOptions {
    std::string file;
    bool overwrite = false;
    bool skip = false;
    bool force = false;
};

base::Status import_account_file(Session& session, const ImportAccountOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto token = read_token<jwt::AccountClaims>(session, options.file);
    if (!token) return token.error();
    const auto imported = accounts::import_account(
        session.tree(*store),
        {.token = *token,
         .replace = options.overwrite ? accounts::Replace::anything : accounts::Replace::nothing,
         .soundness = options.skip ? accounts::Soundness::unknown : accounts::Soundness::required,
         .sign_anew = options.force ? accounts::SignAnew::foreign : accounts::SignAnew::self_signed,
         .signer = session.signer()});
    if (!imported) return imported.error();
    if (imported->signed_anew) session.done("signed account " + in_quotes(imported->name.text()) + " anew");
    session.done("imported account " + in_quotes(imported->name.text()));
    session.made("name", imported->name.text());
    session.made("public_key", token->content.subject);
    session.context().choose_account(imported->name);
    return session.remember();
}

}  // namespace

Command import_account() {
    const auto options = std::make_shared<ImportAccountOptions>();
    return {
        .options = {{.names = "-f,--file,file",
                     .to = &options->file,
                     .help = "file with the account's JWT, \"-\" for standard input",
                     .takes = Takes::file,
                     .required = true},
                    {"--overwrite", &options->overwrite, "in the place of an older token of this account"},
                    {"--skip", &options->skip, "even with errors in it, to be edited out"},
                    {"--force", &options->force, "even of another operator: it is signed anew"}},
        .notes = "An account that has signed itself is signed anew by this operator.",
        .examples = {"nsctl import account --file KUBECON.jwt"},
        .run = [options](Session& session) { return import_account_file(session, *options); },
    };
}

}  // namespace natscreds::nsctl
