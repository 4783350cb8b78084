#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>

namespace natscreds::jwt {

/// A user JWT and the key that it is about: what a creds file holds.
///
/// Holds:   the JWT decodes, and the key is that of its subject. Not whether any server would let it in.
/// Fails:   Errc::bad_creds, key_mismatch; what decode() says of the JWT; what nkeys says of the seed; for
///          load() also the system's errors. Details name the file, never its content.
/// Source:  nats-io/jwt v2 creds_utils.go: written byte for byte, read leniently (a byte order mark,
///          CRLF, blank lines, any words between the dashes and something before them, a seed without any).
///          UTF-16 is refused as such.
class Credentials {
  public:
    [[nodiscard]] static base::Result<Credentials> create(Decoded<UserClaims> user, nkeys::SigningKey key);
    [[nodiscard]] static base::Result<Credentials> parse(const base::Secret& text);
    [[nodiscard]] static base::Result<Credentials> load(const std::filesystem::path& path);

    [[nodiscard]] const Decoded<UserClaims>& user() const noexcept { return user_; }
    [[nodiscard]] const nkeys::SigningKey& key() const noexcept { return key_; }

    /// The creds file's text.
    [[nodiscard]] base::Secret text() const;

  private:
    Credentials(Decoded<UserClaims> user, nkeys::SigningKey key)
        : user_(std::move(user)), key_(std::move(key)) {}

    Decoded<UserClaims> user_;
    nkeys::SigningKey key_;
};

/// The creds file of a JWT that was just signed and the key that it is about, which the caller knows to belong
/// together.
[[nodiscard]] base::Secret creds_text(const Token& user, const nkeys::SigningKey& key);

/// The JWT of a creds file or of a file that is nothing but a JWT, for commands that take either.
[[nodiscard]] base::Result<std::string> find_token(std::string_view text);

}  // namespace natscreds::jwt
