#pragma once

#include <string_view>

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// The account and the key that sign a new user.
struct UserIssuer {
    jwt::Decoded<jwt::AccountClaims> account;
    nkeys::SigningKey key;
};

/// Fails: what Signers::choose() says of `named`; the errors of Store.
[[nodiscard]] base::Result<UserIssuer> find_user_issuer(const Tree& tree, const Name& account,
                                                        std::string_view named);

/// Fails: the errors of jwt::sign(); Errc::not_valid.
[[nodiscard]] base::Result<jwt::Token> sign_new_user(const jwt::Draft<jwt::UserClaims>& user,
                                                     const nkeys::SigningKey& key, base::Time now);

}  // namespace natscreds::accounts
