#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <utility>

#include <natscreds/provisioner/identity/web.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// Documents that an issuer publishes to everybody, over verified HTTPS and without any token. Redirects are refused.
class HttpsWeb final : public identity::Web {
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

/// Documents that a cluster publishes about itself, read from its API server with the service's own token.
///
/// Holds:   of an address only the path counts: a cluster writes into its discovery document addresses that are often
///          of use on its nodes only.
class ApiServerWeb final : public identity::Web {
  public:
    explicit ApiServerWeb(ApiServer server) : server_(std::move(server)) {}

    [[nodiscard]] base::Result<std::string> read(const std::string& url) const override;

  private:
    ApiServer server_;
};

}  // namespace natscreds::provisioner::kubernetes
