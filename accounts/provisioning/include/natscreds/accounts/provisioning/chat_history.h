#pragma once

#include <string>

#include <natscreds/accounts/name.h>
#include <natscreds/jwt/account_claims.h>
#include <natscreds/jwt/permissions.h>

namespace natscreds::accounts {

/// The stream that keeps what is said in an account's chat, and its subjects.
[[nodiscard]] std::string posts_stream(const Name& account);   ///< "CHAT_KUBECON"
[[nodiscard]] std::string posts_subject(const Name& account);  ///< "chat.KUBECON.posts.*"

/// The stream of the curve keys that people announce, and that of the sealed direct messages: of each the newest of every
/// subject, which is one person's, or one of the places that one person has in another's mail.
[[nodiscard]] std::string keys_stream(const Name& account);    ///< "CHAT_KUBECON_KEYS"
[[nodiscard]] std::string keys_subject(const Name& account);   ///< "chat.KUBECON.keys.*"
[[nodiscard]] std::string sealed_stream(const Name& account);  ///< "CHAT_KUBECON_SEALED"
[[nodiscard]] std::string sealed_subject(
    const Name& account);  ///< "chat.KUBECON.sealed.*.*.*", to, from, place
inline constexpr int chat_streams = 3;

/// What somebody in the chat may do so that they can read what was said before: direct gets of posts and keys; of the
/// sealed messages, of those to them and from them alone. They may announce their own key, and put messages into their own
/// places in others' mail. Nothing else of JetStream: a consumer would let them have the server publish into others'
/// inboxes.
[[nodiscard]] jwt::Permissions history_permissions(const Name& account);

/// Adds to `permissions` what of `more` they do not allow yet. Whether there was something.
bool add_permissions(jwt::Permissions& permissions, const jwt::Permissions& more);

[[nodiscard]] bool has_jetstream(const jwt::AccountClaims& account);
/// Whether the account may have the streams of a chat.
[[nodiscard]] bool has_chat_streams(const jwt::AccountClaims& account);

}  // namespace natscreds::accounts
