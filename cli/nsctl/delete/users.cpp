#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/bulk.h>

#include "commands.h"
#include "options/options.h"
#include "shared/name_list.h"
#include "shared/provisioner_hint.h"

namespace natscreds::nsctl {
namespace {

struct DeleteUsersOptions {
    std::string from;
    std::string account;
    std::optional<bool> revoke;
    accounts::Leftovers with;
    bool skip_missing = false;
};

base::Status remove_all(const Session& session, const DeleteUsersOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto users = read_users(session, options.from);
    if (!users) return users.error();
    const bool revoke = options.revoke.value_or(true);
    const auto removed = accounts::remove_users(
        session.tree(*store),
        {.account = *account,
         .users = *users,
         .signer = session.signer(),
         .revoke = revoke ? accounts::Revoke::yes : accounts::Revoke::no,
         .with = options.with,
         .gone = options.skip_missing ? accounts::AlreadyDone::skip : accounts::AlreadyDone::refuse});
    if (!removed) return removed.error();
    if (removed->skipped > 0)
        session.done("passed over " + std::to_string(removed->skipped) + " users who are not there");
    session.made("deleted", std::to_string(removed->done));
    session.done((revoke ? "revoked and deleted " : "deleted ") + std::to_string(removed->done) +
                 " users of account " + in_quotes(account->text()));
    if (!revoke) {
        session.warn("servers go on accepting the users' credentials, until they expire or are revoked");
        return {};
    }
    session.hint("servers refuse the users after: nsctl push -a " + account->text());
    session.hint(provisioner_hint);
    return {};
}

}  // namespace

Command delete_users() {
    const auto options = std::make_shared<DeleteUsersOptions>();
    console::Option from = from_option(options->from, "a name");
    from.required = true;
    return {
        .options =
            {
                from,
                account_option(options->account),
                {"-R,--revoke", &options->revoke, "revoke them first (default; --revoke=false does not)"},
                {"-D,--rm-nkey", &options->with.keys, "delete their private keys too"},
                {"-C,--rm-creds", &options->with.creds, "delete their creds files too"},
                {"--skip-missing", &options->skip_missing, "pass over users who are not there"},
            },
        .notes =
            "Nobody is deleted where a name is wrong. What was interrupted is finished by the same command "
            "with "
            "--skip-missing.",
        .examples = {"nsctl delete users --from gone.txt -a KUBECON --rm-nkey --rm-creds"},
        .run = [options](const Session& session) { return remove_all(session, *options); },
    };
}

}  // namespace natscreds::nsctl
