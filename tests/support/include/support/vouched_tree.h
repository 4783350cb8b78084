#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <natscreds/jwt/permissions.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// The trust tree of a vouched deployment, with new keys and in files of a folder of its own: an operator, SYS,
/// PROVISION (which exports the service's subjects), KUBECON (which imports them, and has a scoped signing key),
/// ORDERS (which imports them too, and has a signing key without a scope, orders.nk, for roles with an account of their
/// own) and STRANGER (which imports them too, also those that are KUBECON's as `theft.*`, and is nobody's client
/// account).
///
/// Holds:   tokens, configuration and policy agree. Users are named by their creds file: provisioner of
///          PROVISION; requester-0 and so on of KUBECON, who may ask as themselves and do nothing else;
///          leaf of KUBECON, with which a leaf node connects; stranger of STRANGER.
class VouchedTree {
  public:
    explicit VouchedTree(int requesters = 10);

    /// Of a server with a memory resolver. `more` is added to it.
    [[nodiscard]] std::string server_config(const std::string& more = "") const;

    /// Writes operator and accounts as nsc keeps them, below nsc/ of the folder: what scripts/supercluster takes.
    void write_store() const;

    /// Writes a configuration of the service with these additional lines of TOML, and returns its path.
    struct Policy {
        std::string root = {};  ///< lines of the root table
        std::string more = {};  ///< further tables
        std::string ttl = "1h";
    };
    [[nodiscard]] std::filesystem::path write_policy(const std::string& name, const Policy& policy) const;

    [[nodiscard]] std::string creds(const std::string& user) const {
        return (folder_ / (user + ".creds")).string();
    }
    [[nodiscard]] nkeys::PublicKey key(const std::string& user) const;

    [[nodiscard]] const TempDir& folder() const noexcept { return folder_; }
    [[nodiscard]] const nkeys::PublicKey& account() const noexcept { return kubecon_.public_key(); }
    [[nodiscard]] const nkeys::PublicKey& orders() const noexcept { return orders_.public_key(); }
    [[nodiscard]] const nkeys::PublicKey& stranger() const noexcept { return stranger_.public_key(); }
    [[nodiscard]] const nkeys::SigningKey& operator_key() const noexcept { return operator_; }

    /// A second scoped signing key for the same role, beside the first: what a rotation begins with.
    void add_signing_key(const std::string& file);
    /// And ends with: the oldest is taken out of the account.
    void remove_oldest_signing_key();

    /// Gives the service's own user another key, in the same file.
    void replace_service_user(const jwt::Permissions& permissions = {});

  private:
    void write_accounts();
    void write_users(int requesters);

    TempDir folder_;
    nkeys::SigningKey operator_;
    nkeys::SigningKey sys_;
    nkeys::SigningKey provision_;
    nkeys::SigningKey kubecon_;
    nkeys::SigningKey orders_;
    nkeys::SigningKey stranger_;
    nkeys::SigningKey orders_signing_;
    std::vector<nkeys::PublicKey> signing_keys_;
    std::string operator_token_;
    std::string accounts_;  ///< lines of resolver_preload
};

}  // namespace natscreds::support
