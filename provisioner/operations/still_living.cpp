#include "still_living.h"

#include <natscreds/base/date.h>

namespace natscreds::provisioner {

void tell_what_lives(const std::vector<NameKey>& keys, const Desk& desk) {
    const std::string account = desk.account.empty() ? "ACCOUNT" : desk.account;
    bool any = false;
    for (const NameKey& holder : keys) {
        if (holder.expires < desk.now) continue;
        any = true;
        desk.reporter.message("the credentials of " + holder.key.text() + " can be used until " +
                              base::date_of(holder.expires));
        desk.reporter.hint("nsctl revocations add-user -a " + account + " -u " + holder.key.text() +
                           " ends them now");
    }
    if (any) desk.reporter.hint("nsctl push -a " + account + " brings that to the servers");
}

}  // namespace natscreds::provisioner
