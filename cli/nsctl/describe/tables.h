#pragma once

#include <map>
#include <string>

#include <natscreds/jwt/token.h>

/// Tokens as nsc's `describe` shows them, with the time that is left.
namespace natscreds::nsctl {

/// The names of accounts by their keys, for keys that are better known by name.
using NamesByKey = std::map<std::string, std::string>;

[[nodiscard]] std::string operator_tables(const jwt::Decoded<jwt::OperatorClaims>& token,
                                          const NamesByKey& names, base::Time now);
[[nodiscard]] std::string account_tables(const jwt::Decoded<jwt::AccountClaims>& token,
                                         const NamesByKey& names, base::Time now);
[[nodiscard]] std::string user_tables(const jwt::Decoded<jwt::UserClaims>& token, base::Time now);
[[nodiscard]] std::string activation_tables(const jwt::Decoded<jwt::ActivationClaims>& token, base::Time now);

/// The scope that a user's signing key has: what the user may do.
[[nodiscard]] std::string scope_table(const std::string& key, const jwt::UserScope& scope);

[[nodiscard]] std::string export_tables(const jwt::Export& one);
[[nodiscard]] std::string import_tables(const jwt::Import& one, const NamesByKey& names);

/// A signing key without a scope.
[[nodiscard]] std::string plain_key_table(const std::string& key);

}  // namespace natscreds::nsctl
