#include <algorithm>
#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/exchange.h"
#include "shared/activation_file.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;

struct AddImportOptions {
    std::string account;
    std::string token;
    std::string name;
    std::string local_subject;
    std::string source;
    std::string remote_subject;
    bool service = false;
    bool share = false;
    bool allow_trace = false;
};

/// A public import needs source and subject; a private one has them in its token.
base::Status check(const AddImportOptions& options) {
    const bool named = !options.source.empty() && !options.remote_subject.empty();
    const bool any_named = !options.source.empty() || !options.remote_subject.empty();
    const bool good = options.token.empty() ? named : !any_named && !options.service;
    return good ? base::Status() : base::Error{Errc::import_of_what, ""};
}

base::Result<jwt::Import> wanted_import(const Session& session, const AddImportOptions& options,
                                        const std::string& importer) {
    jwt::Import wanted;
    wanted.name = options.name;
    wanted.local_subject = options.local_subject;
    wanted.share = options.share;
    wanted.allow_trace = options.allow_trace;
    if (!options.token.empty()) {
        const auto activation = read_activation(session, options.token, importer);
        if (!activation) return activation.error();
        use_activation(wanted, *activation);
        return wanted;
    }
    const auto store = session.store();
    if (!store) return store.error();
    const auto source = account_key(*store, options.source);
    if (!source) return source.error().within("--src-account");
    wanted.account = source->text();
    wanted.subject = options.remote_subject;
    wanted.type = options.service ? "service" : "stream";
    if (wanted.name.empty()) wanted.name = options.remote_subject;
    return wanted;
}

base::Status check_new(const jwt::Import& wanted, const AccountDraft& draft) {
    if (wanted.account == draft.subject) return base::Error{Errc::own_export, in_quotes(wanted.subject)};
    const bool there = std::ranges::any_of(draft.claims.imports, [&](const jwt::Import& one) {
        return one.type == wanted.type && one.account == wanted.account && one.subject == wanted.subject;
    });
    if (there) return base::Error{accounts::Errc::already_imported, in_quotes(wanted.subject)};
    return {};
}

base::Status add(const Session& session, const AddImportOptions& options) {
    if (base::Status good = check(options); !good) return good;
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    jwt::Import made;
    const auto change = [&](AccountDraft& draft) -> base::Status {
        const auto wanted = wanted_import(session, options, draft.subject);
        if (!wanted) return wanted.error();
        if (base::Status fresh = check_new(*wanted, draft); !fresh) return fresh;
        made = *wanted;
        draft.claims.imports.push_back(made);
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done("added " + made.type + " import " + in_quotes(made.subject));
    warn_about_import(session, *store, *account, made);
    return {};
}

}  // namespace

Command add_import() {
    const auto options = std::make_shared<AddImportOptions>();
    return {
        .options =
            {
                account_option(options->account),
                {"-u,--token", &options->token, "file with an activation, of a private export", Takes::file},
                {"--src-account", &options->source, "exporting account, by name or public key"},
                {"--remote-subject", &options->remote_subject, "the subject there"},
                {"-s,--local-subject", &options->local_subject, "the subject here (default: the same)"},
                {"-n,--name", &options->name, "its name (default: the subject)"},
                {"--service", &options->service, "a service; otherwise a stream"},
                {"--share", &options->share, "share who asks when latency is measured (service)"},
                {"--allow-trace", &options->allow_trace, "messages may be traced out of it (stream)"},
            },
        .examples = {"nsctl add import -a B --src-account A --remote-subject test --service",
                     "nsctl add import -a KUBECON --token activation.jwt --local-subject chat.req.access"},
        .run = [options](const Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
