#include <natscreds/access/owned_file.h>

#include <system_error>
#include <utility>

#include <natscreds/access/client.h>
#include <natscreds/access/errc.h>
#include <natscreds/jwt/tag.h>

namespace natscreds::access {
namespace {

using User = jwt::Decoded<jwt::UserClaims>;

/// What in it is another's; empty: nothing.
std::string what_differs(const User& user, const FileOwner& owner) {
    const std::string held =
        "it holds credentials of " + (user.content.name.empty() ? "no name" : user.content.name);
    if (!owner.name.empty() && user.content.name != owner.name) return held + ", not of " + owner.name;
    const base::Result<nkeys::PublicKey> account = account_of(user);
    if (owner.account && (!account || *account != *owner.account))
        return held + " for the account " + (account ? account->text() : user.claims().issuer_account) +
               ", not for " + owner.account->text();
    const std::string_view role = jwt::tag_value(user.claims().tags, "role");
    if (!owner.role.empty() && !role.empty() && role != owner.role)
        return held + " with the role " + std::string(role) + ", not with " + owner.role;
    return {};
}

Freshness freshness_of(const User& user, base::Time now) {
    if (!base::why_not_valid(user.validity(), now).empty()) return Freshness::lapsed;
    if (!user.content.expires) return Freshness::good;
    const bool aged = 3 * (now - user.issued_at) >= 2 * (*user.content.expires - user.issued_at);
    return aged ? Freshness::aged : Freshness::good;
}

}  // namespace

base::Result<OwnedFile> look_at_file(const std::filesystem::path& path, const FileOwner& owner,
                                     base::Time now) {
    base::Result<jwt::Credentials> found = jwt::Credentials::load(path);
    if (!found && found.error().code == std::errc::no_such_file_or_directory) return OwnedFile{};
    // That it cannot be read says nothing of what it is.
    if (!found && base::is_of_system(found.error().code)) return found.error();
    if (!found)
        return base::Error{Errc::of_others,
                           path.string() + ": it is no creds file (" + found.error().code.message() + ")"};
    if (const std::string other = what_differs(found->user(), owner); !other.empty())
        return base::Error{Errc::of_others, path.string() + ": " + other};
    const Freshness freshness = freshness_of(found->user(), now);
    return OwnedFile{.freshness = freshness, .credentials = std::move(*found)};
}

}  // namespace natscreds::access
