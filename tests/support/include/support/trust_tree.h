#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/temp_dir.h>

namespace natscreds::support {

/// The tutorial's trust tree, with new keys and in files of a folder of its own: an operator, the account
/// KUBECON with one signing key, and the users chat-access (the service) and chat-creds-request.
///
/// Holds:   tokens and configuration agree; `edit` may change the account before it is signed.
class TrustTree {
  public:
    using EditAccount = std::function<void(jwt::Draft<jwt::AccountClaims>&)>;
    explicit TrustTree(const EditAccount& edit = {});

    using EditUser = std::function<void(jwt::Draft<jwt::UserClaims>&)>;
    /// Credentials of KUBECON for this key, signed with the signing key; `edit` may change the JWT before.
    [[nodiscard]] jwt::Credentials credentials(nkeys::SigningKey key, const EditUser& edit) const;

    /// Of a server with a memory resolver.
    [[nodiscard]] std::string config() const;

    [[nodiscard]] std::string account_file() const { return (folder_ / "KUBECON.jwt").string(); }
    [[nodiscard]] std::string signing_key_file() const { return (folder_ / "signing.nk").string(); }
    [[nodiscard]] std::string service_creds() const { return (folder_ / "chat-access.creds").string(); }
    [[nodiscard]] std::string requester_creds() const {
        return (folder_ / "chat-creds-request.creds").string();
    }

    [[nodiscard]] const TempDir& folder() const noexcept { return folder_; }
    [[nodiscard]] const nkeys::SigningKey& account_key() const noexcept { return account_key_; }
    [[nodiscard]] const nkeys::SigningKey& signing_key() const noexcept { return signing_key_; }

  private:
    void write_user(const std::string& name, const jwt::Permissions& permissions);

    TempDir folder_;
    nkeys::SigningKey operator_key_;
    nkeys::SigningKey account_key_;
    nkeys::SigningKey signing_key_;
    std::string operator_token_;
    std::string account_token_;
};

}  // namespace natscreds::support
