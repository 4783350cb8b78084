#pragma once

#include <memory>
#include <string>

#include <support/kubernetes_server.h>

namespace natscreds::support {

/// A cluster as the tests of ServiceAccounts' identities need it: a real API server, or one that answers what a real
/// one did. The ServiceAccounts nats-io/nats-user and nats-io/nats-admin-user are there.
/// Fails: throws, which fails the test.
class Cluster {
  public:
    virtual ~Cluster() = default;

    [[nodiscard]] virtual std::string issuer() const = 0;  ///< and the API server's address
    [[nodiscard]] virtual std::string ca() const = 0;
    /// A file with a token that may ask for reviews, and read the keys.
    [[nodiscard]] virtual std::string own_token_file() const = 0;

    [[nodiscard]] virtual std::string token(const TokenOptions& options) = 0;
    virtual void delete_account(const std::string& name) = 0;  ///< of nats-io
    /// A new key signs from now on, and those of the older hold.
    virtual void rotate_keys() = 0;
    virtual void stop() = 0;
    virtual void start() = 0;
};

/// Answers as recorded in tests/data/kubernetes, with tokens, keys and times of its own.
[[nodiscard]] std::unique_ptr<Cluster> recorded_cluster();

/// The API server that `scripts/setup --kubernetes` made.
[[nodiscard]] std::unique_ptr<Cluster> real_cluster();

}  // namespace natscreds::support
