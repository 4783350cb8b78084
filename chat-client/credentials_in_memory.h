#pragma once

#include <utility>

#include <natscreds/access/credentials_store.h>
#include <natscreds/base/secret.h>

namespace natscreds::chat {

/// Credentials that were asked for by this process and end with it. Thread: one at a time.
class CredentialsInMemory final : public access::CredentialsStore {
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

}  // namespace natscreds::chat
