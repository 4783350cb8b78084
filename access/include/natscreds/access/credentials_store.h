#pragma once

#include <filesystem>
#include <utility>

#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>
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

/// Those of one process, which end with it. Thread: one at a time.
class CredentialsInMemory final : public CredentialsStore {
  public:
    explicit CredentialsInMemory(const jwt::Credentials& credentials) : text_(credentials.text()) {}

    [[nodiscard]] base::Result<jwt::Credentials> load() override { return jwt::Credentials::parse(text_); }
    [[nodiscard]] base::Status save(const jwt::Credentials& credentials) override {
        text_ = credentials.text();
        return {};
    }

  private:
    base::Secret text_;
};

}  // namespace natscreds::access
