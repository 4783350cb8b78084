#include <natscreds/provisioner/kubernetes/identity_configuration.h>

#include <utility>

#include <natscreds/provisioner/identity/https_web.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/identity/offline_verifier.h>
#include <natscreds/provisioner/kubernetes/api_server_web.h>
#include <natscreds/provisioner/kubernetes/review_verifier.h>

namespace natscreds::provisioner::kubernetes {
namespace {

/// What Kubernetes puts into a pod for its ServiceAccount.
const std::filesystem::path pod_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr std::string_view discovery_path = "/.well-known/openid-configuration";

std::filesystem::path or_of_the_pod(const std::filesystem::path& configured, const char* file) {
    std::error_code ignored;
    if (!configured.empty() || !std::filesystem::exists(pod_folder / file, ignored)) return configured;
    return pod_folder / file;
}

identity::Expected expected_by(const IdentityConfiguration& configured) {
    return {.issuer = configured.issuer, .audience = configured.audience, .bound_to = configured.bound_to};
}

/// A verifier with the keys and the web that it needs.
class OfflineIdentity final : public identity::Verifier {
  public:
    OfflineIdentity(const IdentityConfiguration& configured, std::unique_ptr<identity::Web> web,
                    const base::Clocks& clocks)
        : web_(std::move(web)),
          keys_({.name = configured.issuer,
                 .discovery_url = configured.discovery,
                 .freshness = {.refuse_after = configured.keys_refused_after}},
                *web_, clocks.intervals),
          verifier_(expected_by(configured), keys_, clocks.wall) {}

    [[nodiscard]] base::Result<identity::Verified> verify(std::string_view token) override {
        return verifier_.verify(token);
    }
    [[nodiscard]] base::Status check() override { return verifier_.check(); }

  private:
    std::unique_ptr<identity::Web> web_;
    identity::KeyCache keys_;
    identity::OfflineVerifier verifier_;
};

using Made = base::Result<std::unique_ptr<identity::Verifier>>;

}  // namespace

ApiServerAccess api_server_access(const IdentityConfiguration& configured) {
    return {.url = configured.api_server,
            .ca = or_of_the_pod(configured.ca, "ca.crt"),
            .token = or_of_the_pod(configured.token, "token")};
}

Made make_verifier(const IdentityConfiguration& configured, const base::Clocks& clocks) {
    const bool offline = configured.check == IdentityConfiguration::Check::offline;
    if (offline && !configured.discovery.empty()) {
        auto web = std::make_unique<identity::HttpsWeb>(configured.ca);
        return Made(std::make_unique<OfflineIdentity>(configured, std::move(web), clocks));
    }
    auto server = ApiServer::create(api_server_access(configured));
    if (!server) return server.error();
    if (!offline) {
        return Made(std::make_unique<ReviewVerifier>(*std::move(server), expected_by(configured), clocks));
    }
    IdentityConfiguration at_server = configured;
    at_server.discovery = server->url() + std::string(discovery_path);
    auto web = std::make_unique<ApiServerWeb>(*std::move(server));
    return Made(std::make_unique<OfflineIdentity>(at_server, std::move(web), clocks));
}

}  // namespace natscreds::provisioner::kubernetes
