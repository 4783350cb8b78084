#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/bytes.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/identity_rule.h>
#include <natscreds/provisioner/identity/password_file.h>

namespace natscreds::provisioner::identity {

/// Users with passwords, whom a callout lets in: `[identity.password]`.
struct PasswordConfiguration {
    std::filesystem::path file;
    std::vector<IdentityRule> rules;  ///< their only claim is `user`

    bool operator==(const PasswordConfiguration&) const = default;
};

/// A user who showed the password.
///
/// Holds:   made by PasswordVerifier only.
class PasswordUser {
  public:
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const IdentityRule& rule() const noexcept { return rule_; }

  private:
    friend class PasswordVerifier;
    PasswordUser(std::string name, IdentityRule rule) : name_(std::move(name)), rule_(std::move(rule)) {}

    std::string name_;
    IdentityRule rule_;
};

/// Checks passwords against a file, which is read anew when it is another than it was.
///
/// Holds:   a user who is not there costs as much time as one who is. Each check takes a hash's memory
///          (base/password_hash.h): whoever calls decides how many there are at a time.
/// Thread:  any.
class PasswordVerifier {
  public:
    explicit PasswordVerifier(PasswordConfiguration configuration)
        : configuration_(std::move(configuration)) {}

    /// Fails: Errc::wrong_password, for a user who is not there too; Errc::no_rule; Errc::bad_password_file, or the
    ///        system's error with the file's name.
    [[nodiscard]] base::Result<PasswordUser> verify(const std::string& user, base::ByteView password);

    /// How many users there are. Fails: as verify(); std::errc::permission_denied where others can read the file.
    [[nodiscard]] base::Result<std::size_t> check();

    /// A user of the file to whom a rule gives something.
    struct Listed {
        std::string user;
        IdentityRule rule;
    };
    /// All of them, as the file is now. Fails: as verify(), of the file.
    [[nodiscard]] base::Result<std::vector<Listed>> list();

    [[nodiscard]] const PasswordConfiguration& configuration() const noexcept { return configuration_; }

  private:
    /// What tells a file from the one that was there before.
    struct Version {
        std::uint64_t inode = 0;
        std::uintmax_t size = 0;
        std::chrono::nanoseconds changed{};
        bool operator==(const Version&) const = default;
    };
    struct Hash {
        std::string text;
        bool of_user;
    };
    [[nodiscard]] base::Result<Version> version() const;
    [[nodiscard]] base::Status read_again();
    [[nodiscard]] base::Result<Hash> hash_for(const std::string& user);

    const PasswordConfiguration configuration_;
    std::mutex mutex_;  ///< guards what follows
    Version read_{};
    PasswordFile users_;
};

}  // namespace natscreds::provisioner::identity
