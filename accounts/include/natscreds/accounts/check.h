#pragma once

#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/validate.h>

namespace natscreds::accounts {

/// What is wrong with a stored tree: what jwt::validate() finds in each token, who may not have signed it, and what
/// in it would surprise (surprises.h).
///
/// Holds:   a user's or account's token that cannot be read is an error among the others, and stops none of them; so
///          does an operator's: then nothing is said of who signed the accounts. A name that is not the file's is a
///          warning.
/// Fails:   the errors of Store for folders; for an operator whose token cannot be read; Errc::no_such_account.
/// Source:  nsc cmd/validate.go.

[[nodiscard]] base::Result<std::vector<jwt::Issue>> check_operator(const Store& store, base::Time now);

/// The account and its users.
[[nodiscard]] base::Result<std::vector<jwt::Issue>> check_account(const Store& store,
                                                                  const Name& account_name, base::Time now);

}  // namespace natscreds::accounts
