#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <natscreds/base/result.h>

namespace natscreds::provisioner::identity {

/// Users and the hashes of their passwords: what `nats-provisioner password` writes, and a callout checks against.
///
/// Shape:   a line `USER:HASH` each, the hash as base::is_password_hash; empty lines and those that begin with `#` say
///          nothing, and stay as they are. A user is 1 to 64 printable characters without blanks and `:`, the first
///          no `#`, and not `oidc`, which is what clients call themselves that show a token.
/// Holds:   no user is there twice.
class PasswordFile {
  public:
    static constexpr std::size_t max_bytes = std::size_t{1} << 20;

    /// Fails: Errc::bad_password_file, with the number of the line and no hash.
    [[nodiscard]] static base::Result<PasswordFile> parse(std::string_view text);
    [[nodiscard]] std::string text() const;

    [[nodiscard]] static bool is_user(std::string_view name);

    /// Puts a user there, or another hash in the place of that which the user has.
    void put(const std::string& user, const std::string& hash);
    /// Whether the user was there.
    [[nodiscard]] bool remove(std::string_view user);

    /// In the file's order.
    [[nodiscard]] std::vector<std::string> users() const;
    /// The user's; empty where there is no such user.
    [[nodiscard]] std::string hash_of(std::string_view user) const;
    /// One of the file's, always the same for a user who is not there: to be checked in the place of a hash that does
    /// not exist, so that it takes as long. Empty in a file without users.
    [[nodiscard]] std::string hash_instead(std::string_view user) const;

  private:
    struct Line {
        std::string user;  ///< empty: a comment
        std::string rest;  ///< the hash, or the whole line
    };
    std::vector<Line> lines_;
};

}  // namespace natscreds::provisioner::identity
