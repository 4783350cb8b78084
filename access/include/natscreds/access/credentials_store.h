#pragma once

#include <filesystem>
#include <utility>

#include <natscreds/base/result.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::access {

/// Where credentials lie between one renewal and the next, for whoever else uses them.
class CredentialsStore {
  public:
    virtual ~CredentialsStore() = default;

    [[nodiscard]] virtual base::Result<jwt::Credentials> load() = 0;
    /// All of them, or nothing is changed.
    [[nodiscard]] virtual base::Status save(const jwt::Credentials& credentials) = 0;
};

/// A creds file, mode 0600, replaced in one step. Fails: as jwt::Credentials::load and base::write_file.
class CredentialsFile final : public CredentialsStore {
  public:
    explicit CredentialsFile(std::filesystem::path path) : path_(std::move(path)) {}

    [[nodiscard]] base::Result<jwt::Credentials> load() override;
    [[nodiscard]] base::Status save(const jwt::Credentials& credentials) override;

  private:
    std::filesystem::path path_;
};

}  // namespace natscreds::access
