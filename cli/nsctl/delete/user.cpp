#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/remove.h>

#include "commands.h"
#include "errors.h"
#include "options/options.h"
#include "shared/provisioner_hint.h"

namespace natscreds::nsctl {
namespace {

struct DeleteUserOptions {
    Strings names;
    Strings more_names;  // without -n before them
    std::string account;
    std::optional<bool> revoke;
    accounts::Leftovers with;
};

std::string from_account(const accounts::RemoveUser& wanted) {
    return in_quotes(wanted.user.text()) + " of account " + in_quotes(wanted.account.text());
}

void report_deleted(const Session& session, const accounts::RemoveUser& wanted,
                    const accounts::RemovedUser& done) {
    const std::string key = done.key ? done.key->text() : std::string();
    if (done.key && wanted.revoke == accounts::Revoke::yes)
        session.done(done.revoked ? "revoked user " + in_quotes(key) : "user is already revoked");
    session.done("deleted user " + from_account(wanted));
    if (wanted.with.keys)
        session.done(done.removed_key ? "deleted private key" : "private key is not stored");
    if (wanted.with.creds)
        session.done(done.removed_creds ? "removed creds file" : "creds file is not stored");
}

/// What has not happened yet, and how to make it unhappen.
void advise(const Session& session, const accounts::RemoveUser& wanted, const accounts::RemovedUser& done) {
    const std::string account = "-a " + wanted.account.text();
    if (!done.key) {
        session.warn(
            "the user's file held no token: the user's key is not known, and not revoked. Servers go on "
            "accepting the credentials");
        session.hint("whoever knows the key revokes it: nsctl revocations add-user " + account + " -u KEY");
        return;
    }
    if (!done.revoked) {
        if (wanted.revoke == accounts::Revoke::no)
            session.warn("servers go on accepting the user's credentials, until they expire or are revoked");
        return;
    }
    session.hint("servers refuse the user after: nsctl push " + account);
    session.hint(provisioner_hint);
    session.hint("to undo the revocation: nsctl revocations delete-user " + account + " -u " +
                 done.key->text());
    if (!wanted.with.keys)
        session.hint("and the deletion: nsctl add user " + account + " -n " + wanted.user.text() + " -k " +
                     done.key->text());
}

/// All of them are there, or none is touched.
base::Result<std::vector<accounts::Name>> named_users(const accounts::Store& store,
                                                      const accounts::Name& account,
                                                      const DeleteUserOptions& options) {
    std::vector<accounts::Name> names;
    for (const Strings* texts : {&options.names, &options.more_names}) {
        for (const std::string& text : *texts) {
            const auto name = accounts::Name::parse(text);
            if (!name) return name.error();
            const auto there = store.read_user(account, *name);
            if (!there && !accounts::is_no_token(there.error())) return there.error();
            names.push_back(*name);
        }
    }
    if (names.empty()) return base::Error{Errc::no_user_named, ""};
    return names;
}

base::Status remove(const Session& session, const DeleteUserOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto names = named_users(*store, *account, options);
    if (!names) return names.error();
    for (const accounts::Name& name : *names) {
        const accounts::RemoveUser wanted{
            .account = *account,
            .user = name,
            .signer = session.signer(),
            .revoke = options.revoke.value_or(true) ? accounts::Revoke::yes : accounts::Revoke::no,
            .with = options.with};
        const auto done = accounts::remove_user(session.tree(*store), wanted);
        if (!done) return done.error();
        report_deleted(session, wanted, *done);
        advise(session, wanted, *done);
    }
    return {};
}

}  // namespace

Command delete_user() {
    const auto options = std::make_shared<DeleteUserOptions>();
    return {
        .options =
            {
                {"names", &options->more_names, "users to delete"},
                list_option("-n,--name", options->names, "users to delete"),
                account_option(options->account),
                {"-R,--revoke", &options->revoke, "revoke them first (default; --revoke=false does not)"},
                {"-D,--rm-nkey", &options->with.keys, "delete their private keys too"},
                {"-C,--rm-creds", &options->with.creds, "delete their creds files too"},
            },
        .notes = "A deleted user can connect until its JWT expires, unless it is revoked.",
        .examples = {"nsctl delete user gone -a KUBECON", "nsctl delete user -n a,b --rm-nkey --rm-creds"},
        .run = [options](const Session& session) { return remove(session, *options); },
    };
}

}  // namespace natscreds::nsctl
