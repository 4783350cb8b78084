#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/remove.h>
#include <natscreds/accounts/revocation.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>

namespace natscreds::accounts {

/// Many users of one account at once, under one lock and with files that are flushed together.
///
/// Holds:   everything that is asked for is looked at before the first file is written: a mistake changes nothing.
///          What was interrupted can be done again: each user is there whole or not at all, and who is there
///          (or gone) already is passed over where the caller says so.
/// Fails:   with `where` of the user in front of the detail: Errc::user_exists, no_such_user, several_match for a user
///          who is named twice; otherwise what create_user(), remove_user() and edit_account() say.

struct ListedUser {
    Name name;
    std::string where;  ///< "FILE:12", for errors
};

/// What is done with a user for whom nothing is left to do.
enum class AlreadyDone { refuse, skip };

struct NewUsers {
    Name account;
    std::vector<ListedUser> users;
    std::string signer;  ///< as Signers::choose() reads it
    Validity validity;
    jwt::UserClaims claims;  ///< of each; as in NewUser
    AlreadyDone there = AlreadyDone::refuse;
};

struct BulkResult {
    std::size_t done = 0;
    std::size_t skipped = 0;
};

/// Each gets a key of its own, which goes to the keystore, and a creds file.
[[nodiscard]] base::Result<BulkResult> create_users(const Tree& tree, const NewUsers& wanted);

struct RemoveUsers {
    Name account;
    std::vector<ListedUser> users;
    std::string signer;  ///< of the account, as Signers::choose() reads it; only for revocations
    Revoke revoke = Revoke::yes;
    Leftovers with;
    AlreadyDone gone = AlreadyDone::refuse;
};

/// All are revoked in one edit of the account before the first is gone.
[[nodiscard]] base::Result<BulkResult> remove_users(const Tree& tree, const RemoveUsers& wanted);

struct ListedRevocation {
    std::string user;   ///< a public key, or a user's name in the store
    std::string where;  ///< "FILE:12", for errors
};

struct RevokeUsers {
    Name account;
    std::vector<ListedRevocation> users;
    std::string signer;                 ///< as Signers::choose() reads it
    std::optional<std::int64_t> up_to;  ///< otherwise now
};

/// In one edit of the account. `skipped` are those who were revoked already.
[[nodiscard]] base::Result<BulkResult> revoke_users(const Tree& tree, const RevokeUsers& wanted);

}  // namespace natscreds::accounts
