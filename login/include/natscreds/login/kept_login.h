#pragma once

#include <filesystem>
#include <string>

#include <natscreds/base/descriptor.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::login {

/// What is kept of a login, so that later ones need nobody: the refresh token of one client at one issuer.
///
/// Shape:   login-HASH in a folder that is the owner's alone, mode 0600: the issuer, the client and the token, a line
///          each. Beside it login-HASH.lock.
/// Holds:   nobody else has it open: a refresh token that was used twice ends the login at most issuers.
/// Fails:   with the system's errors, and the file in the detail; Errc::not_logged_in where nothing is kept, or what is
///          not such a file.
class KeptLogin {
  public:
    /// Waits while another process has it open.
    [[nodiscard]] static base::Result<KeptLogin> open(const std::filesystem::path& folder,
                                                      const std::string& issuer, const std::string& client);

    [[nodiscard]] base::Result<base::Secret> load() const;
    [[nodiscard]] base::Status save(const base::Secret& refresh_token) const;
    [[nodiscard]] base::Status remove() const;

    [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

  private:
    KeptLogin(std::filesystem::path file, std::string heading, base::Descriptor lock)
        : file_(std::move(file)), heading_(std::move(heading)), lock_(std::move(lock)) {}

    std::filesystem::path file_;
    std::string heading_;  ///< the lines before the token
    base::Descriptor lock_;
};

}  // namespace natscreds::login
