#include "user_creds.h"

#include <utility>

#include <natscreds/accounts/errc.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::accounts {
namespace {

using WhereItIs = std::optional<std::filesystem::path>;

base::Result<WhereItIs> write_creds(const Tree& tree, const UserToken& user) {
    auto decoded = jwt::decode<jwt::UserClaims>(user.token.text());
    if (!decoded) return decoded.error();
    const auto subject = nkeys::PublicKey::parse(decoded->content.subject);
    if (!subject) return subject.error();
    base::Result<nkeys::SigningKey> key = tree.keys.load(*subject);
    if (!key)
        return key.error().code == Errc::key_not_stored ? WhereItIs() : base::Result<WhereItIs>(key.error());
    const auto credentials = jwt::Credentials::create(*std::move(decoded), *std::move(key));
    if (!credentials) return credentials.error();
    const auto written =
        tree.keys.store_creds({tree.store.name(), user.file.account, user.file.user}, *credentials);
    if (!written) return written.error();
    return WhereItIs(*written);
}

}  // namespace

base::Result<WhereItIs> write_user_and_creds(const Tree& tree, const StoreLock& lock, const UserToken& user) {
    base::Result<WhereItIs> creds = write_creds(tree, user);
    if (!creds) return creds;
    const base::Status written = tree.store.write_user(lock, user.file, user.token);
    if (!written) return written.error();
    return creds;
}

}  // namespace natscreds::accounts
