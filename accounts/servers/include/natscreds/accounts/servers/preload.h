#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/name.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

/// An account as it stands in the `resolver_preload` of a server's configuration.
struct Preloaded {
    const Name& name;
    const std::string& key;
    const jwt::Token& token;
};

/// The token that a configuration has for an account; nothing where it has none.
/// Fails: what jwt::decode() says of it; the system's errors.
[[nodiscard]] base::Result<std::optional<jwt::Decoded<jwt::AccountClaims>>> read_preloaded(
    const std::filesystem::path& file, const std::string& account_key);

/// The first operator that a configuration trusts, whose token stands in it or in a file that it names; nothing where it
/// trusts none. Fails: as read_preloaded().
[[nodiscard]] base::Result<std::optional<jwt::Decoded<jwt::OperatorClaims>>> read_configured_operator(
    const std::filesystem::path& file);

/// A configuration's text with this token in the place of the account's older one, or behind the others where
/// there is none; nothing else of it changes.
/// Fails: Errc::no_preload.
[[nodiscard]] base::Result<std::string> with_preloaded(std::string_view config, const Preloaded& account);

/// The same for a file, which is replaced in one step and keeps its mode.
/// Fails: Errc::no_preload; the system's errors.
[[nodiscard]] base::Status rewrite_preload(const std::filesystem::path& file, const Preloaded& account);

}  // namespace natscreds::accounts
