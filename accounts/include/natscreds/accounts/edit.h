#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/claims.h>

namespace natscreds::accounts {

/// Changes of operators, accounts and users that are there.
///
/// Holds:   a token is read, changed, signed and written under the operator's lock, so of two that change it
///          at once both changes stay. What the change does not touch stays as it was, fields that are not
///          known here too. Each edit's iat is later than the one before, be it in the same second: caches
///          and the server take tokens with the same jti, made of the iat and the name, for the same.
/// Fails:   with what the change returned; Errc::no_signing_key; Errc::not_valid for an edit that would bring
///          in an error that jwt::validate() finds, and that was not there before; what Signers::choose()
///          says; the errors of Store and jwt::sign(). After a failure the token is as it was.

template <class C>
using Change = std::function<base::Status(jwt::Draft<C>&)>;

/// Signed by the operator's own key: `signer` names it where the keystore does not have it.
[[nodiscard]] base::Status edit_operator(const Tree& tree, std::string_view signer,
                                         const Change<jwt::OperatorClaims>& change);

struct AccountEdit {
    Name account;
    std::string signer;  ///< as Signers::choose() reads it; by default the key that signed before, if it may
    Change<jwt::AccountClaims> change;
};

[[nodiscard]] base::Status edit_account(const Tree& tree, const AccountEdit& edit);

/// The same as one step of several, under a lock that is held already.
[[nodiscard]] base::Status edit_account(const Tree& tree, const StoreLock& lock, const AccountEdit& edit);

struct UserEdit {
    Name account;
    Name user;
    std::string signer;  ///< as Signers::choose() reads it; by default the key that signed before, if it may
    Change<jwt::UserClaims> change;
};

/// Writes the creds file anew, and says where, when the keystore has the user's key.
/// Fails: also with Errc::scope_decides, as create_user() does.
[[nodiscard]] base::Result<std::optional<std::filesystem::path>> edit_user(const Tree& tree,
                                                                           const UserEdit& edit);

}  // namespace natscreds::accounts
