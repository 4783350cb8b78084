#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/base/interval_clock.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/verifier.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// Whose ServiceAccounts' tokens prove who asks, and how they are checked: `[identity.kubernetes]`.
///
/// Holds:   issuer and audience are there, and the audience is not the issuer: a token for the API server itself
///          could be used there by whoever sees it.
struct IdentityConfiguration {
    enum class Check { offline, review };

    std::string issuer;
    std::string audience;
    Check check = Check::offline;
    std::string discovery = {};  ///< of the issuer's discovery document; empty: the API server has it
    std::string api_server = "https://kubernetes.default.svc";
    std::filesystem::path ca = {};           ///< empty: the pod's, or whom the system trusts
    std::filesystem::path token = {};        ///< the service's own; empty: the pod's, if there is one
    std::vector<std::string> bound_to = {};  ///< kinds of object
    std::chrono::seconds keys_refused_after{3600};
    std::int64_t proofs_per_second = 0;  ///< and twice as many at once; 0: any number

    bool operator==(const IdentityConfiguration&) const = default;
};

/// How the API server is asked. What is not configured is what Kubernetes puts into every pod.
[[nodiscard]] ApiServerAccess api_server_access(const IdentityConfiguration& configured);

/// The verifier that is configured. The clocks must outlive it.
/// Fails: std::errc::invalid_argument for an address that is not https.
[[nodiscard]] base::Result<std::unique_ptr<identity::Verifier>> make_verifier(
    const IdentityConfiguration& configured, const base::Clocks& clocks);

}  // namespace natscreds::provisioner::kubernetes
