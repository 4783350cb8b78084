#pragma once

#include <optional>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::accounts {

/// What becomes of an operator's old identity key: nothing, or a signing key, so that no account is signed anew.
enum class OldIdentity { dropped, signing_key };

struct OperatorReissue {
    std::optional<nkeys::SigningKey> key;  ///< the new identity; otherwise one is made
    OldIdentity old = OldIdentity::dropped;
};

struct ReissuedOperator {
    nkeys::PublicKey before;
    nkeys::PublicKey key;
    std::vector<Name> signed_anew;  ///< accounts
};

/// Gives the operator a new identity key, and signs anew the accounts that the old one has signed.
///
/// Holds:   at each step the tree is valid: first the new key is a signing key of the old identity, then the accounts are
///          signed by it, and at last it is the identity. What was interrupted is finished by doing it again.
/// Fails:   Errc::not_managed_here; what find_key() says of the old identity; the errors of Store and jwt::sign().
/// Source:  nsc cmd/reissueoperator.go.
[[nodiscard]] base::Result<ReissuedOperator> reissue_operator(const Tree& tree, OperatorReissue wanted);

/// Gives an account another name in the store, in its token and in the creds files of its users.
///
/// Holds:   what was interrupted is finished by doing it again; until then the account is there under its old name.
/// Fails:   Errc::no_such_account, account_exists; not_valid, no_signer as edit_account(); the errors of Store.
[[nodiscard]] base::Status rename_account(const Tree& tree, const Name& from, const Name& to);

}  // namespace natscreds::accounts
