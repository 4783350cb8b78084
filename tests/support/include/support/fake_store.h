#pragma once

#include <optional>

#include <natscreds/access/credentials_store.h>

namespace natscreds::support {

/// A creds file in memory, which can be gone, and of which reading and writing fail apart from each other.
/// Thread: one at a time.
class FakeStore final : public access::CredentialsStore {
  public:
    explicit FakeStore(const jwt::Credentials& first) : text_(first.text()) {}

    std::optional<base::Error> unreadable;
    std::optional<base::Error> unwritable;
    void remove() { text_.reset(); }
    void put(const jwt::Credentials& credentials) { text_ = credentials.text(); }
    /// Whatever fails.
    [[nodiscard]] std::optional<jwt::Token> token() const {
        if (!text_) return std::nullopt;
        return jwt::Credentials::parse(*text_)->user().token;
    }

    [[nodiscard]] base::Result<jwt::Credentials> load() override {
        if (unreadable) return *unreadable;
        if (!text_)
            return base::Error{std::make_error_code(std::errc::no_such_file_or_directory), "my.creds"};
        return jwt::Credentials::parse(*text_);
    }
    [[nodiscard]] base::Status save(const jwt::Credentials& credentials) override {
        if (unwritable) return *unwritable;
        put(credentials);
        return {};
    }

  private:
    std::optional<base::Secret> text_;
};

}  // namespace natscreds::support
