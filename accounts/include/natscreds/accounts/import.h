#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::accounts {

/// Accounts and users that come as tokens from elsewhere: a file, or running servers.
///
/// Holds:   what is stored is signed by this operator, or by the account. An account or user that is here already is
///          known by its key; another one of the same name is never replaced.
/// Fails:   Errc::account_exists, user_exists; newer_in_store; not_a_signer for what somebody else has signed;
///          not_valid with the first thing that servers would refuse; bad_name; the errors of Store and KeyStore.
/// Source:  nsc cmd/importaccount.go, importuser.go, pull.go.

/// What may be replaced by a token that comes: nothing, one that was issued no later, or whatever is there.
enum class Replace { nothing, older, anything };

/// What servers would refuse is refused here, or taken.
enum class Soundness { required, unknown };

/// Which accounts are signed anew by this operator: none, those that have signed themselves, or all that this operator
/// has not signed.
enum class SignAnew { none, self_signed, foreign };

struct AccountImport {
    const jwt::Decoded<jwt::AccountClaims>& token;
    Replace replace = Replace::nothing;
    Soundness soundness = Soundness::required;
    SignAnew sign_anew = SignAnew::none;
    std::string signer = {};  ///< as Signers::choose() reads it, for what is signed anew
};

struct ImportedAccount {
    Name name;
    bool changed = true;  ///< the store had another token, or none
    bool signed_anew = false;
};

[[nodiscard]] base::Result<ImportedAccount> import_account(const Tree& tree, const AccountImport& wanted);

struct UserImport {
    const jwt::Decoded<jwt::UserClaims>& token;
    std::optional<nkeys::SigningKey> key = {};  ///< is stored, too
    Replace replace = Replace::nothing;
    Soundness soundness = Soundness::required;
};

struct ImportedUser {
    Name account;
    Name name;
    std::optional<std::filesystem::path> creds;  ///< where the keystore has the user's key
};

/// Fails: also with Errc::no_such_account where the store does not have the account that the token is of.
[[nodiscard]] base::Result<ImportedUser> import_user(const Tree& tree, const UserImport& wanted);

/// The name that the account of this key has in the store; nothing where it is not there.
[[nodiscard]] base::Result<std::optional<Name>> find_account(const Store& store, const std::string& key);

}  // namespace natscreds::accounts
