#include <memory>
#include <string>

#include <natscreds/accounts/edit.h>

#include "commands.h"
#include "errors.h"
#include "options/user_limit_options.h"
#include "shared/only_user.h"
#include "shared/surprises.h"

namespace natscreds::nsctl {
namespace {

using UserDraft = jwt::Draft<jwt::UserClaims>;

struct EditUserOptions {
    std::string name;
    std::string account;
    TagOptions tags;
    TimeOptions time;
    UserLimitOptions limits;

    [[nodiscard]] bool anything() const { return tags.given() || time.given() || limits.given(); }
};

base::Status apply(const EditUserOptions& options, base::Time now, UserDraft& draft) {
    if (base::Status timed = options.time.apply_to(draft, now); !timed) return timed;
    draft.claims.tags = accounts::changed(std::move(draft.claims.tags), options.tags.changes);
    if (!options.limits.given()) return {};
    auto limits = options.limits.applied_to(draft.claims);
    if (!limits) return limits.error();
    static_cast<jwt::UserPermissionLimits&>(draft.claims) = *std::move(limits);
    return {};
}

base::Status edit(const Session& session, const EditUserOptions& options) {
    if (!options.anything()) return base::Error{Errc::nothing_to_edit, ""};
    const auto chosen = chosen_user(session, options.account, options.name);
    if (!chosen) return chosen.error();
    const auto& [store, account, name] = *chosen;
    const base::Time now = session.world().clock.now();
    const auto creds = accounts::edit_user(
        session.tree(store),
        {.account = account, .user = name, .signer = session.signer(), .change = [&](UserDraft& draft) {
             return apply(options, now, draft);
         }});
    if (!creds) return creds.error();
    session.done(options.time.report(now));
    session.done(options.tags.report());
    session.done(options.limits.report());
    session.done(*creds ? "generated user creds file `" + session.shown(**creds) + "`"
                        : "skipped generating creds file - user private key is not available");
    session.done("edited user " + in_quotes(name.text()));
    warn_about_user(session, store, {account, name});
    return {};
}

}  // namespace

Command edit_user() {
    const auto options = std::make_shared<EditUserOptions>();
    return {
        .options = joined({{{"-n,--name,name", &options->name, "user name (default: the account's only one)"},
                            account_option(options->account)},
                           options->tags.options(),
                           options->time.options(),
                           options->limits.options()}),
        .examples = {"nsctl edit user test -a A --allow-sub 'test.>' --payload 1kib",
                     "nsctl edit user chat-access --expiry 30d --rm _R_"},
        .run = [options](const Session& session) { return edit(session, *options); },
    };
}

}  // namespace natscreds::nsctl
