#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/claims.h>

namespace natscreds::accounts {

/// Changes of operators and accounts that are there.
///
/// Holds:   a token is read, changed, signed and written under the operator's lock, so of two that change it
///          at once both changes stay. What the change does not touch stays as it was, fields that are not
///          known here too. Each edit's iat is later than the one before, be it in the same second: caches
///          and the server take tokens with the same jti, made of the iat and the name, for the same.
/// Fails:   with what the change returned; Errc::no_signing_key; what Signers::choose() says; the errors of
///          Store and jwt::sign(). After a failure the token is as it was.

template <class C>
using Change = std::function<base::Status(jwt::Draft<C>&)>;

/// Signed by the operator's own key: `signer` names it where the keystore does not have it.
[[nodiscard]] base::Status edit_operator(const Tree& tree, std::string_view signer,
                                         const Change<jwt::OperatorClaims>& change);

struct AccountEdit {
    Name account;
    std::string signer;  ///< as Signers::choose() reads it
    Change<jwt::AccountClaims> change;
};

[[nodiscard]] base::Status edit_account(const Tree& tree, const AccountEdit& edit);

}  // namespace natscreds::accounts
