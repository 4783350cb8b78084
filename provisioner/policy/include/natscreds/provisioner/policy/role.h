#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/jwt/permissions.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::provisioner {

/// Whether an issued user may ask for a fresh JWT before the old one expires.
enum class Renewable { no, yes };

/// What the holders of issued credentials may do, and for how long.
///
/// In the subjects of `permissions`, a whole token `{{subject()}}` stands for the user's public key and
/// `{{name()}}` for its name, as in the template of a scoped signing key.
struct Role {
    std::string name;
    std::chrono::seconds ttl{3600};
    Renewable renewable = Renewable::no;
    std::size_t holders = 1;  ///< how many keys an owner may have under one name
    /// Patterns of the names that it gives (name_pattern.h); empty: any.
    std::vector<std::string> names = {};
    std::string default_name =
        {};  ///< for a request that leaves the name out, a pattern without `*`; empty: none
    std::set<nkeys::PublicKey> requesters = {};  ///< whom the server has to vouch for; empty: for everybody
    /// "namespace/name" of ServiceAccounts, one of which has to be verified; empty: for everybody.
    std::set<std::string, std::less<>> service_accounts = {};
    /// The identity that has to be verified, as the configuration calls it; empty: none, or any.
    std::string identity = {};
    jwt::UserPermissionLimits permissions = {};

    bool operator==(const Role&) const = default;
};

/// The tutorial's chat in the account `account`, with an inbox of each user's own instead of `_INBOX.>`,
/// where everyone could read everyone's replies. Fails with std::errc::invalid_argument when the account's
/// name cannot stand in a subject.
[[nodiscard]] base::Result<Role> chat_role(std::string_view account);

struct Holder {
    std::string_view subject;  ///< the user's public key
    std::string_view name;
};

/// What `own` allows and denies, and what the role gives each of its holders besides (a private inbox, renewals).
/// Nothing allowed means nothing here, and not everything as in a JWT. Fails: as expand().
[[nodiscard]] base::Result<jwt::Permissions> with_permissions(const Role& role, const Holder& holder,
                                                              jwt::Permissions own);

/// The role's permissions for one user. Fails with std::errc::invalid_argument, naming it, when a subject
/// does not come out as a valid one.
[[nodiscard]] base::Result<jwt::UserPermissionLimits> expand(const Role& role, const Holder& holder);

}  // namespace natscreds::provisioner
