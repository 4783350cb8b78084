#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <natscreds/jwt/token.h>

/// The subjects that the service's account exports, and that others import to ask it.
namespace natscreds::accounts {

inline constexpr std::array endpoints{"access", "renew"};

/// chat.req.access.ACCOUNT.USER: the servers see to it that the fourth token is the account that asks.
inline constexpr std::int64_t account_position = 4;

[[nodiscard]] std::string exported(const std::string& endpoint);
[[nodiscard]] bool exports(const jwt::AccountClaims& account, const std::string& endpoint);

/// What an account with the key `own` imports of the service's account.
[[nodiscard]] jwt::Import import_of(const std::string& endpoint, const std::string& service,
                                    const std::string& own);
[[nodiscard]] bool same_import(const jwt::Import& left, const jwt::Import& right);
[[nodiscard]] bool imports(const jwt::Decoded<jwt::AccountClaims>& client, const std::string& endpoint,
                           const std::string& service);

}  // namespace natscreds::accounts
