#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/file.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/claims.h>

namespace natscreds::accounts {

/// New operators, accounts and users, as nsc makes them.
///
/// Holds:   keys that are made are in the keystore before anything names them, and what names something else
///          is written after it; so a failure leaves no name that leads nowhere.
/// Fails:   Errc::operator_exists, account_exists, user_exists; what Signers::choose() says; the errors of
///          Store, KeyStore and jwt::sign().
/// Source:  nsc cmd/addoperator.go, addaccount.go, adduser.go, init.go.

/// When a token counts; nothing means from ever, for ever.
struct Validity {
    std::optional<base::Time> not_before;
    std::optional<base::Time> expires;
};

enum class Extras {
    none = 0,
    signing_key = 1,     ///< one signing key
    system_account = 2,  ///< account SYS with a signing key and the usual exports, and its user sys
};
constexpr Extras operator|(Extras left, Extras right) {
    return static_cast<Extras>(static_cast<int>(left) | static_cast<int>(right));
}
constexpr bool contains(Extras all, Extras one) {
    return (static_cast<int>(all) & static_cast<int>(one)) != 0;
}

struct NewOperator {
    std::optional<nkeys::SigningKey> key;  ///< otherwise one is made
    Extras extras = Extras::none;
    Validity validity;
};

struct CreatedOperator {
    struct System {
        nkeys::PublicKey account;
        nkeys::PublicKey user;
        std::filesystem::path creds;
    };
    nkeys::PublicKey key;
    std::optional<nkeys::PublicKey> signing_key;
    std::optional<System> system;
};

/// The operator of a store that Store::create() made.
[[nodiscard]] base::Result<CreatedOperator> create_operator(const Tree& tree, NewOperator wanted);

/// The operator of a store that Store::create() made, from a token that somebody else signed. It takes the place of
/// a token of the same operator only, and only when told to.
[[nodiscard]] base::Status import_operator(const Tree& tree, const jwt::Decoded<jwt::OperatorClaims>& token,
                                           base::Existing existing);

struct NewAccount {
    Name name;
    std::optional<nkeys::PublicKey> key;  ///< otherwise one is made
    std::string signer;                   ///< as Signers::choose() reads it
    Validity validity;
    jwt::Permissions default_permissions;
};

/// The account's key.
[[nodiscard]] base::Result<nkeys::PublicKey> create_account(const Tree& tree, const NewAccount& wanted);

struct NewUser {
    Name account;
    Name name;
    std::optional<nkeys::PublicKey> key;  ///< otherwise one is made
    std::string signer;                   ///< as Signers::choose() reads it
    Validity validity;
    /// With a scoped signer nothing but the tags may be set: Errc::scope_decides.
    jwt::UserClaims claims;
};

struct CreatedUser {
    nkeys::PublicKey key;
    std::optional<std::filesystem::path> creds;  ///< where the keystore has the user's key
};

[[nodiscard]] base::Result<CreatedUser> create_user(const Tree& tree, const NewUser& wanted);

/// A stored user's creds, from the token in the store and the key in the keystore.
[[nodiscard]] base::Result<jwt::Credentials> user_credentials(const Store& store, const KeyStore& keys,
                                                              const Store::UserFile& user);

}  // namespace natscreds::accounts
