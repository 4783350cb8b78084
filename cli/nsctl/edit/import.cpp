#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/exchange.h"
#include "shared/activation_file.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

struct EditImportOptions {
    std::string account;
    ImportChoice choice;
    std::optional<std::string> name;
    std::optional<std::string> local_subject;
    std::string token;
    std::optional<bool> share;
    std::optional<bool> allow_trace;

    [[nodiscard]] bool anything() const {
        return name || local_subject || !token.empty() || share || allow_trace;
    }
};

struct Edited {
    const std::string& importer;
    jwt::Import& target;
};

base::Status apply(const Session& session, const EditImportOptions& options, const Edited& edited) {
    const auto& [importer, target] = edited;
    if (!options.token.empty()) {
        const auto activation = read_activation(session, options.token, importer);
        if (!activation) return activation.error();
        use_activation(target, *activation);
    }
    if (options.name) target.name = *options.name;
    if (options.local_subject) target.local_subject = *options.local_subject;
    if (options.share) target.share = *options.share;
    if (options.allow_trace) target.allow_trace = *options.allow_trace;
    return {};
}

base::Status edit(const Session& session, const EditImportOptions& options) {
    if (!options.anything()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto choice = options.choice.resolved(*store);
    if (!choice) return choice.error();
    jwt::Import made;
    const auto change = [&](jwt::Draft<jwt::AccountClaims>& draft) -> base::Status {
        const auto at = find_import(draft.claims, *choice);
        if (!at) return at.error();
        jwt::Import& target = draft.claims.imports[*at];
        if (base::Status done = apply(session, options, {draft.subject, target}); !done) return done;
        made = target;
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("edited import " + in_quotes(made.subject));
    warn_about_import(session, *store, *account, made);
    return {};
}

}  // namespace

Command edit_import() {
    const auto options = std::make_shared<EditImportOptions>();
    return {
        .options =
            joined({{account_option(options->account)},
                    options->choice.options(),
                    {{"-n,--name", &options->name, "another name"},
                     {"--local-subject", &options->local_subject, "another subject here"},
                     {"-u,--token", &options->token, "file with another activation", Takes::file},
                     {"--share", &options->share, "share who asks when latency is measured (service)"},
                     {"--allow-trace", &options->allow_trace, "messages may be traced out of it (stream)"}}}),
        .examples = {"nsctl edit import chat.req.access -a KUBECON --share=false"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
