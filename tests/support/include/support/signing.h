#pragma once

#include <filesystem>
#include <string>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::support {

/// What a trust tree is made of: real keys, at the real time, in files. Each fails by throwing.

[[nodiscard]] nkeys::SigningKey new_key(nkeys::Kind kind);
[[nodiscard]] base::Time real_time();
void write_secret(const std::filesystem::path& file, const base::Secret& secret);

/// A user JWT, and the creds file for it.
struct NewUser {
    std::string name;
    jwt::Permissions permissions = {};
    std::string account = {};  ///< for which a signing key signs; empty: the signer is the account
};
void write_creds(const std::filesystem::path& file, const NewUser& user, nkeys::SigningKey key,
                 const nkeys::SigningKey& signer);

}  // namespace natscreds::support
