#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>

#include <natscreds/provisioner/identity/web.h>

namespace natscreds::provisioner::identity {

/// Documents that an issuer publishes to everybody, over verified HTTPS and without any token. Redirects are refused.
class HttpsWeb final : public Web {
  public:
    /// `ca`: who signed the certificates; empty: whom the system trusts. `whole`: for all of a document.
    explicit HttpsWeb(std::filesystem::path ca = {},
                      std::chrono::milliseconds whole = std::chrono::milliseconds(5000))
        : ca_(std::move(ca)), whole_(whole) {}

    [[nodiscard]] base::Result<std::string> read(const std::string& url) const override;
    void stop() noexcept override { stop_.request_stop(); }

  private:
    std::stop_source stop_;
    std::filesystem::path ca_;
    std::chrono::milliseconds whole_;
};

/// What went wrong over HTTPS, as the same failure of an issuer: https::Errc becomes Errc, and the rest stays.
[[nodiscard]] base::Error as_of_issuer(base::Error error);

}  // namespace natscreds::provisioner::identity
