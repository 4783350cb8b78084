#pragma once

#include <string>
#include <string_view>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>

namespace natscreds::base {

/// Argon2id hashes of passwords, as text: "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH".
///
/// Shape:   ours take 19 MiB of memory and two passes, which is some 20 ms of a processor.
/// Source:  RFC 9106; the parameters are OWASP's, the text is libsodium's (crypto_pwhash_str).

/// Whether it is one that can be checked with at most 64 MiB and ten passes in one lane.
[[nodiscard]] bool is_password_hash(std::string_view text) noexcept;

/// With a salt of its own. Fails: std::errc::not_enough_memory.
[[nodiscard]] Result<std::string> hash_password(ByteView password);

/// Whether `hash` is one of that password. What is no hash (is_password_hash) matches nothing.
/// Fails: std::errc::not_enough_memory, where nothing is known of the password.
[[nodiscard]] Result<bool> password_matches(const std::string& hash, ByteView password);

}  // namespace natscreds::base
