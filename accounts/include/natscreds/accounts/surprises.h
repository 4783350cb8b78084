#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/store.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/jwt/validate.h>

namespace natscreds::accounts {

/// What servers refuse, leave out or take for something else in claims that are valid: what a person who made them
/// would be surprised by. Errors are what servers refuse a user for, whatever their settings; all else is a
/// warning.
/// Source: nats-server 2.9.10, 2.10.27 and 2.15.1, tried.

/// A user's token is too long for the CONNECT line of a server with the usual settings, or has limits of 0. Of a
/// user under a scope also: what the scope's placeholders become.
[[nodiscard]] std::vector<jwt::Issue> surprises_in(const jwt::Decoded<jwt::UserClaims>& user,
                                                   const jwt::Decoded<jwt::AccountClaims>& account);

/// The same of a user whose account is not known.
[[nodiscard]] std::vector<jwt::Issue> surprises_in(const jwt::Decoded<jwt::UserClaims>& user);

/// What a template says to some servers only, or to none; limits of 0.
[[nodiscard]] std::vector<jwt::Issue> surprises_in(const jwt::UserScope& scope);

/// The account's limits of 0, and its scopes.
[[nodiscard]] std::vector<jwt::Issue> surprises_in(const jwt::Decoded<jwt::AccountClaims>& account);

/// Whether servers take the user for a bearer: by its own token, or by the scope of the key that signed it.
[[nodiscard]] bool is_bearer(const jwt::Decoded<jwt::UserClaims>& user, const jwt::AccountClaims& account);

using AccountsByKey = std::map<std::string, jwt::AccountClaims>;

/// Those of the accounts with these keys that the store has, and that can be read. Fails: the errors of Store.
[[nodiscard]] base::Result<AccountsByKey> accounts_by_key(const Store& store, std::set<std::string> wanted);

/// Imports that servers leave out, since the exporting account exports no such thing to this account. Nothing is
/// said of imports from other accounts than these.
[[nodiscard]] std::vector<jwt::Issue> dropped_imports(const jwt::Decoded<jwt::AccountClaims>& account,
                                                      const AccountsByKey& exporters);

}  // namespace natscreds::accounts
