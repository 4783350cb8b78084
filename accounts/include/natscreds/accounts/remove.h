#pragma once

#include <optional>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>

namespace natscreds::accounts {

/// Taking away operators, accounts and users.
///
/// Holds:   what is revoked is revoked before anything is gone, and the token goes before the files that only
///          it leads to; so what was interrupted can be done again. Servers are not told: see push().
///          A file that holds no token is taken away too; the keys that it was for stay, for nobody knows them.
/// Fails:   Errc::no_such_operator, no_such_account, no_such_user, with nothing taken away; what
///          edit_account() says; the system's errors.

/// What goes with a user.
struct Leftovers {
    bool keys = false;   ///< the private key in the keystore
    bool creds = false;  ///< the creds file
};

enum class Revoke { no, yes };

struct RemoveUser {
    Name account;
    Name user;
    std::string signer;  ///< of the account, as Signers::choose() reads it; only for a revocation
    Revoke revoke = Revoke::yes;
    Leftovers with;
};

/// What was there of a user.
struct RemovedUser {
    std::optional<nkeys::PublicKey> key = {};  ///< none: the file held no token, so nobody could be revoked
    bool revoked = false;                      ///< by this call
    bool removed_key = false;
    bool removed_creds = false;
};

[[nodiscard]] base::Result<RemovedUser> remove_user(const Tree& tree, const RemoveUser& wanted);

/// The account and its users; their names.
[[nodiscard]] base::Result<std::vector<Name>> remove_account(const Tree& tree, const Name& account,
                                                             const Leftovers& with);

/// The operator and its accounts; their names. With `keys`, those of the operator go too.
[[nodiscard]] base::Result<std::vector<Name>> remove_operator(const Tree& tree, const Leftovers& with);

}  // namespace natscreds::accounts
