#pragma once

#include <string>
#include <utility>

#include <natscreds/provisioner/identity/web.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

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
