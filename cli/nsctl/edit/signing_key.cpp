#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/signing_key_options.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

using AccountDraft = jwt::Draft<jwt::AccountClaims>;

struct SigningKeyEdit {
    std::string account;
    std::string key;
    ScopeOptions scope;
};

/// Gives the key a scope, or changes the one that it has.
base::Status set_scope(const ScopeOptions& options, std::optional<jwt::UserScope>& scope) {
    auto changed = options.applied_to(std::move(scope));
    if (!changed) return changed.error();
    scope = *std::move(changed);
    return {};
}

base::Status edit(const Session& session, const SigningKeyEdit& options) {
    const std::string& named = options.key.empty() && options.scope.role ? *options.scope.role : options.key;
    if (named.empty()) return base::Error{Errc::no_key_named, ""};
    if (!options.scope.given()) return base::Error{Errc::nothing_to_edit, ""};
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    std::string key;
    std::optional<jwt::UserScope> scope;
    const auto change = [&](AccountDraft& draft) -> base::Status {
        const auto listed = listed_signing_key(session, draft.claims, named);
        if (!listed) return listed.error();
        key = *listed;
        scope = draft.claims.signing_keys[key];
        if (base::Status set = set_scope(options.scope, scope); !set) return set;
        draft.claims.signing_keys[key] = scope;
        return {};
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.done(options.scope.report());
    session.done("edited signing key " + in_quotes(key));
    warn_about_scope(session, *scope);
    return {};
}

base::Status add(const Session& session, const SigningKeyEdit& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto keys = signing_keys(session, {options.key}, nkeys::Kind::account);
    if (!keys) return keys.error();
    const std::string& key = keys->front();
    std::optional<jwt::UserScope> scope;
    const auto change = [&](AccountDraft& draft) -> base::Status {
        if (draft.claims.signing_keys.contains(key)) return base::Error{Errc::key_listed, in_quotes(key)};
        const base::Status set = options.scope.given() ? set_scope(options.scope, scope) : base::Status();
        draft.claims.signing_keys[key] = scope;
        return set;
    };
    const base::Status edited = accounts::edit_account(
        session.tree(*store), {.account = *account, .signer = session.signer(), .change = change});
    if (!edited) return edited;
    session.made("public_key", key);
    session.done(options.scope.report());
    session.done("added signing key " + in_quotes(key));
    if (scope) warn_about_scope(session, *scope);
    return {};
}

}  // namespace

Command edit_signing_key() {
    const auto options = std::make_shared<SigningKeyEdit>();
    return {
        .options =
            joined({{account_option(options->account),
                     {"--sk,key", &options->key,
                      "its role, public key or file; \"generate\" adds one (default: the key with --role)"}},
                    options->scope.options()}),
        .examples = {"nsctl edit signing-key --sk A... --role chat --allow-sub '_INBOX.{{subject()}}.>'",
                     "nsctl edit signing-key chat --payload 2kib"},
        .run =
            [options](const Session& session) {
                return options->key == "generate" ? add(session, *options) : edit(session, *options);
            },
    };
}

Command add_signing_key() {
    const auto options = std::make_shared<SigningKeyEdit>();
    options->key = "generate";
    return {
        .options =
            joined({{account_option(options->account),
                     {"--sk,key", &options->key, "the key, when there is one already (default: generate)"}},
                    options->scope.options()}),
        .examples = {"nsctl add signing-key -a A", "nsctl add signing-key --role chat --payload 1kib"},
        .run = [options](const Session& session) { return add(session, *options); },
    };
}

}  // namespace natscreds::nsctl
