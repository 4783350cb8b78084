#pragma once

#include <string>
#include <vector>

#include <natscreds/accounts/name.h>
#include <natscreds/accounts/rotation.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// The rotation of an account's identity key, which is its address: another account with the same name and claims takes
/// its place. Until that the store has it as `NAME.next`, whose token has the name NAME.
///
/// Holds:   each step leaves a valid tree, and what was interrupted is finished by doing it again.
/// Fails:   the errors of Store, KeyStore and of edits.

/// Under which name the store has the new account until the old one is gone.
[[nodiscard]] base::Result<Name> successor_name(const Rotation& rotation);

/// What was signed for the new account, or for its new address.
struct Succession {
    std::vector<std::string> what;      ///< "user ann", "import of orders.> in account B"
    std::vector<std::string> left_out;  ///< with the reason
    std::vector<Name> accounts;         ///< whose JWTs have changed
};

/// The new account, and in it the users of the old one with their own keys. Users that are revoked, have expired or whose
/// signing key is not in the keystore are left out, and so are activations that other accounts would have to make anew.
/// Accounts whose auth callout may put users in the old one may put them in the new one, too.
[[nodiscard]] base::Result<Succession> make_successor(const Tree& tree, const Rotation& rotation,
                                                      const std::string& signer);

/// Imports of the store's other accounts name the new account from then on, with activations that it has signed.
[[nodiscard]] base::Result<Succession> move_importers(const Tree& tree, const Rotation& rotation);

/// The new account takes the old one's name in the store, and its users' creds files the place of the old ones'.
[[nodiscard]] base::Status replace_by_successor(const Tree& tree, const Rotation& rotation);

}  // namespace natscreds::accounts
