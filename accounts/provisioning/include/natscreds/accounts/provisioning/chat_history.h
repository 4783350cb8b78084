#pragma once

#include <string>

#include <natscreds/accounts/name.h>
#include <natscreds/jwt/account_claims.h>
#include <natscreds/jwt/permissions.h>

namespace natscreds::accounts {

/// The stream that keeps what is said in an account's chat, and its subjects.
[[nodiscard]] std::string posts_stream(const Name& account);   ///< "CHAT_KUBECON"
[[nodiscard]] std::string posts_subject(const Name& account);  ///< "chat.KUBECON.posts.*"

/// What somebody in the chat may do so that they can read what was said before: direct gets of that stream. Nothing else
/// of JetStream: a consumer would let them have the server publish into others' inboxes.
[[nodiscard]] jwt::Permissions history_permissions(const Name& account);

/// Adds to `permissions` what of `more` they do not allow yet. Whether there was something.
bool add_permissions(jwt::Permissions& permissions, const jwt::Permissions& more);

[[nodiscard]] bool has_jetstream(const jwt::AccountClaims& account);

}  // namespace natscreds::accounts
