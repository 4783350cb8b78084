#include <memory>
#include <optional>
#include <string>

#include <natscreds/accounts/bulk.h>
#include <natscreds/jwt/errc.h>

#include "commands.h"
#include "options/options.h"
#include "shared/name_list.h"
#include "shared/provisioner_hint.h"

namespace natscreds::nsctl {
namespace {

struct RevokeUsersOptions {
    std::string from;
    std::string account;
    std::string at;
};

base::Status revoke_all(const Session& session, const RevokeUsersOptions& options) {
    const auto store = session.store();
    if (!store) return store.error();
    const auto account = session.account(options.account);
    if (!account) return account.error();
    const auto lines = read_lines(session, options.from);
    if (!lines) return lines.error();
    accounts::RevokeUsers wanted{.account = *account, .users = {}, .signer = session.signer(), .up_to = {}};
    for (const ListedLine& line : *lines)
        wanted.users.push_back({line.text, line.where});
    if (!options.at.empty()) {
        const auto at = accounts::parse_revocation_moment(options.at, session.world().clock.now());
        if (!at) return at.error().within("--at");
        wanted.up_to = *at;
    }
    const auto revoked = accounts::revoke_users(session.tree(*store), wanted);
    if (!revoked) return revoked.error();
    if (revoked->skipped > 0)
        session.done("passed over " + std::to_string(revoked->skipped) + " users who were revoked already");
    session.made("revoked", std::to_string(revoked->done));
    session.done("revoked " + std::to_string(revoked->done) + " users of account " +
                 in_quotes(account->text()));
    session.hint("servers know it after: nsctl push -a " + account->text());
    session.hint(provisioner_hint);
    return {};
}

}  // namespace

Command revocations_add_users() {
    const auto options = std::make_shared<RevokeUsersOptions>();
    console::Option from = from_option(options->from, "a user's name or public key");
    from.required = true;
    return {
        .options = {from,
                    account_option(options->account),
                    {"--at", &options->at,
                     "void are tokens issued up to then: seconds since 1970, or 2006-01-02T15:04:05Z "
                     "(default: now)"}},
        .notes =
            "An account's JWT has room for some 10,000 revocations; to revoke everybody: nsctl revocations "
            "add-user -n '*'",
        .examples = {"nsctl revocations add-users --from gone.txt -a KUBECON"},
        .run = [options](const Session& session) { return revoke_all(session, *options); },
    };
}

}  // namespace natscreds::nsctl
