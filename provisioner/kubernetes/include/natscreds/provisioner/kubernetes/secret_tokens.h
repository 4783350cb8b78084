#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <natscreds/base/due.h>
#include <natscreds/base/result.h>
#include <natscreds/provisioner/identity/service_roles.h>
#include <natscreds/provisioner/kubernetes/api_server.h>

namespace natscreds::provisioner::kubernetes {

/// A token for each NatsServiceRole, in a Secret that pods mount: for clusters whose pods cannot have it projected.
///
/// Shape:   Secret SERVICEACCOUNT-CLUSTER-bound-token, key `token`, labels `nats_cluster` and
///          `app.kubernetes.io/managed-by`, owned by the role where the role came from the cluster. The token is bound
///          to the Secret, so that deleting the Secret ends it.
/// Holds:   a token is replaced at four fifths of its life, and when it is not the one that it should be. How long it
///          lives is in the token; the machine's date says only how old one is that was there before us. The Secret of
///          a role that goes is deleted, or, while we are not there, by the cluster's own collector of garbage. Secrets
///          of others are not touched, and none is asked for but by its name. Several copies of the service may do this
///          at once: who comes second with a Secret leaves it as the first one made it.
/// Fails:   what could not be done is told once, and tried again at the next call.
/// Thread:  one at a time.
/// Source:  the NATS operator's bound tokens; Kubernetes TokenRequest.
class SecretTokens {
  public:
    struct Settings {
        std::string cluster;
        std::string audience;
        std::vector<std::string> namespaces;
        std::chrono::seconds life{3600};
    };
    struct Parts {
        const identity::ServiceRoles& roles;
        base::Clocks clocks;
        std::function<void(const std::string&)> tell;
    };
    SecretTokens(ApiServer server, Settings settings, Parts parts)
        : server_(std::move(server)), settings_(std::move(settings)), parts_(std::move(parts)) {}

    /// Does all that is due. To be called once the roles are known, and then every few seconds.
    void keep();

    /// The name of an account's Secret.
    [[nodiscard]] static std::string secret_name(const std::string& account, const std::string& cluster);

  private:
    struct Secret;
    struct TokenFacts;
    /// When a token that was issued then is to be replaced.
    struct Replacement {
        base::Time issued;
        base::Due due;
    };

    [[nodiscard]] base::Status provide(const identity::ServiceRole& role);
    [[nodiscard]] base::Status remove(const identity::AccountName& account) const;
    [[nodiscard]] base::Result<std::optional<Secret>> find(const identity::AccountName& account) const;
    [[nodiscard]] base::Result<std::optional<Secret>> create(const identity::ServiceRole& role) const;
    [[nodiscard]] base::Status renew(const identity::ServiceRole& role, const Secret& secret);
    [[nodiscard]] base::Result<std::string> request_token(const identity::ServiceRole& role,
                                                          const Secret& secret) const;
    [[nodiscard]] bool due(const identity::ServiceRole& role, const Secret& secret);
    [[nodiscard]] base::Due due_of(const identity::AccountName& account, const TokenFacts& facts);
    [[nodiscard]] std::string path_of(const identity::AccountName& account) const;
    void tell_once(const identity::AccountName& about, const base::Status& done);

    const ApiServer server_;
    const Settings settings_;
    const Parts parts_;
    std::set<identity::AccountName> kept_;  ///< who may have a Secret
    std::map<identity::AccountName, Replacement> replacements_;
    std::map<identity::AccountName, std::string> told_;  ///< what is wrong
};

}  // namespace natscreds::provisioner::kubernetes
