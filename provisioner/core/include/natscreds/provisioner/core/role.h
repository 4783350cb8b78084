#pragma once

#include <chrono>
#include <set>
#include <string>
#include <string_view>

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
    std::set<nkeys::PublicKey> requesters = {};  ///< whom the server has to vouch for; empty: for everybody
    jwt::UserPermissionLimits permissions = {};
};

/// The tutorial's chat in the account `account`, with an inbox of each user's own instead of `_INBOX.>`,
/// where everyone could read everyone's replies. Fails with std::errc::invalid_argument when the account's
/// name cannot stand in a subject.
[[nodiscard]] base::Result<Role> chat_role(std::string_view account);

struct Holder {
    std::string_view subject;  ///< the user's public key
    std::string_view name;
};

/// The role's permissions for one user. Fails with std::errc::invalid_argument, naming it, when a subject
/// does not come out as a valid one.
[[nodiscard]] base::Result<jwt::UserPermissionLimits> expand(const Role& role, const Holder& holder);

}  // namespace natscreds::provisioner
