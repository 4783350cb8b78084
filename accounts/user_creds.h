#pragma once

#include <filesystem>
#include <optional>

#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>

namespace natscreds::accounts {

struct UserToken {
    Store::UserFile file;
    const jwt::Token& token;
};

/// Writes a user's token, and before it the creds file, when the keystore has the user's key; says where that
/// is. The token comes last: until it is there, nothing of the change counts.
[[nodiscard]] base::Result<std::optional<std::filesystem::path>> write_user_and_creds(const Tree& tree,
                                                                                      const StoreLock& lock,
                                                                                      const UserToken& user);

}  // namespace natscreds::accounts
