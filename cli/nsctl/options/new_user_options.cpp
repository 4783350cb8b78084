#include "options/new_user_options.h"

#include <utility>

#include <natscreds/accounts/permissions.h>

namespace natscreds::nsctl {

console::OptionList NewUserOptions::options() {
    return console::joined({{list_option("--tag", tags, "tags of the user"),
                             list_option("--source-network", networks, "networks (CIDR) to connect from"),
                             {"--bearer", &bearer, "the user need not prove to have its key"}},
                            time.options(),
                            permissions.options()});
}

base::Result<jwt::UserClaims> NewUserOptions::claims() const {
    jwt::UserClaims claims;
    base::Result<jwt::Permissions> wanted = permissions.applied_to(claims);
    if (!wanted) return wanted.error();
    static_cast<jwt::Permissions&>(claims) = *std::move(wanted);
    claims.src = networks;
    claims.bearer_token = bearer;
    claims.tags = accounts::changed({}, accounts::TagChanges{.add = tags, .remove = {}});
    return claims;
}

}  // namespace natscreds::nsctl
