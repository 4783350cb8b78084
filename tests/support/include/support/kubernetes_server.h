#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <support/process.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// A socket that is bound to a free port of 127.0.0.1 but does not listen, so that no one else is given the
/// port while the program that it is meant for is down; Linux lets that program, which says SO_REUSEADDR, have it.
class ReservedPort {
  public:
    ReservedPort();
    ~ReservedPort();
    ReservedPort(const ReservedPort&) = delete;
    ReservedPort& operator=(const ReservedPort&) = delete;

    [[nodiscard]] int number() const noexcept { return number_; }

  private:
    int socket_;
    int number_ = 0;
};

/// What a ServiceAccount's token is asked for with.
struct TokenOptions {
    std::string service_account;      ///< "NAMESPACE/NAME"
    std::string audience;             ///< of the token
    std::string bound_to = {};        ///< "Pod/NAME" or "Secret/NAME" of that namespace; empty: nothing
    std::chrono::seconds life{3600};  ///< the API server grants no less than ten minutes
};

/// The kind of key that signs ServiceAccounts' tokens.
enum class TokenKey { rsa, ec };

/// A Kubernetes API server of this test's own (kube-apiserver 1.20 over its own etcd, no nodes, no controllers) on
/// free ports of 127.0.0.1, as `scripts/setup --kubernetes` made it.
///
/// Holds:   it is ready when the constructor, start() or a change of its keys returns, and is gone when the
///          KubernetesServer is; its address and what it stores outlive stop(). Access is by RBAC; its
///          administrator's are kubectl() and administrator_*(). Namespace `default` is there, ServiceAccounts
///          are not, not even those named `default`.
/// Fails:   throws, with the server's log in the text; which fails the test.
/// Thread:  one at a time.
class KubernetesServer {
  public:
    /// `signs` is the kind of the key that signs tokens.
    explicit KubernetesServer(TokenKey signs = TokenKey::rsa);
    ~KubernetesServer();

    /// https://127.0.0.1:PORT, which is also its tokens' issuer.
    [[nodiscard]] const std::string& url() const noexcept { return url_; }

    /// Files, in PEM: the authority that its certificate comes from, and the administrator's own.
    [[nodiscard]] std::string ca() const { return (folder_ / "ca.crt").string(); }
    [[nodiscard]] std::string administrator_cert() const { return (folder_ / "admin.crt").string(); }
    [[nodiscard]] std::string administrator_key() const { return (folder_ / "admin.key").string(); }

    /// The administrator's kubeconfig.
    [[nodiscard]] std::string kubeconfig() const { return (folder_ / "kubeconfig").string(); }

    /// For a program that is to find kubectl, and by it this server, as the administrator.
    [[nodiscard]] std::map<std::string, std::optional<std::string>> environment() const;

    /// Runs kubectl as the administrator and returns what it wrote; `input` is what `-f -` reads.
    /// Fails: throws when kubectl fails; try_kubectl() returns how it ended.
    std::string kubectl(const std::vector<std::string>& words, const std::string& input = "") const;
    [[nodiscard]] Outcome try_kubectl(const std::vector<std::string>& words,
                                      const std::string& input = "") const;

    /// `kubectl apply` of a manifest's text.
    void apply(const std::string& manifest) const;

    /// A token by the TokenRequest API.
    [[nodiscard]] std::string token(const TokenOptions& options) const;

    /// Lets everyone, known or not, read its OIDC discovery document and keys, which by default only
    /// ServiceAccounts may.
    void allow_anonymous_discovery() const;

    /// Ends kube-apiserver as a crash would; its address refuses connections.
    void stop();
    /// Starts it again where it was, if it is stopped.
    void start();

    /// From now on a new key of that kind signs tokens, and those of the older keys hold.
    void rotate_keys(TokenKey signs = TokenKey::rsa);
    /// Only the newest key's tokens hold.
    void forget_older_keys();

  private:
    void make_key(TokenKey kind);
    void start_etcd();
    [[nodiscard]] std::vector<std::string> command_line() const;
    [[nodiscard]] bool ready() const;

    TempDir folder_;
    ReservedPort port_;
    ReservedPort etcd_port_;
    ReservedPort etcd_peer_port_;
    std::string url_;
    std::vector<std::string> keys_;  ///< files without ".key" and ".pub"; the last one signs
    std::unique_ptr<Process> etcd_;
    std::unique_ptr<Process> api_server_;
};

}  // namespace natscreds::support
