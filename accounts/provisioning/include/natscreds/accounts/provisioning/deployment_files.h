#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <natscreds/accounts/provisioning/provisioning.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/base/secret.h>

namespace natscreds::accounts {

/// What the service runs with beside the store.
struct DeploymentOptions {
    std::filesystem::path folder;  ///< where the files will lie
    std::string run_as;            ///< the user whose files they are
    std::size_t copies = 1;
    std::string home = {};  ///< the cluster that the bucket lies in; empty: servers choose
    std::vector<std::string> servers = {};
    std::string server_configuration =
        {};  ///< of a server that has all accounts, for nats.conf; empty: there is none
    std::string kubernetes_namespace = {};  ///< kubernetes.yaml is for this one; empty: there is none
    std::string history =
        {};  ///< for how long chats are kept, as `nsctl provisioning history` takes it; empty: not at all
};

/// A file of a deployment. Secrets have mode 0600, as all others have: they are one user's.
struct DeploymentFile {
    std::filesystem::path name;  ///< within the folder
    base::Secret content;
    /// Whoever runs the service may have changed it, so that it is not written over.
    bool edited_by_hand = false;
};

inline constexpr const char* server_configuration_name = "nats.conf";

/// The files that a service runs with, none of them with anything left to fill in: a configuration for each copy, the
/// accounts' JWTs, the roles' signing keys, the service's creds, a systemd drop-in, where it is asked for one that Kubernetes
/// takes, and NEXT, which says what to do.
/// Fails: the errors of Store and KeyStore; Errc::key_not_stored for a signing key of which the keystore has no seed.
[[nodiscard]] base::Result<std::vector<DeploymentFile>> deployment_files(const Tree& tree,
                                                                         const Provisioning& wanted,
                                                                         const DeploymentOptions& options);

}  // namespace natscreds::accounts
