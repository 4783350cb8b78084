#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/servers/live_system.h>
#include <natscreds/accounts/tree.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/creds.h>

namespace natscreds::accounts {

/// What is needed, and checked, before an account's JWT is sent to running servers: they take everything,
/// tokens of other operators, expired ones, and older ones that undo a revocation.

struct SystemUser {
    std::optional<Name> account;  ///< otherwise the operator's system account
    std::optional<Name> user;     ///< otherwise one is made
};

/// The stored credentials of the user that is named. Otherwise those of a user that is made for this, in no
/// store, for two minutes, with leave to do what LiveSystem does and nothing else; or, where the account's keys
/// are not here, of the first user that is stored with its key.
/// Fails: Errc::no_system_account, no_signer, no_such_user; the errors of Store and KeyStore.
[[nodiscard]] base::Result<jwt::Credentials> pushing_user(const Tree& tree, const SystemUser& named);

/// Credentials for two minutes, in no store, of a user of this account that may do what is named and nothing else.
/// Fails: Errc::no_signer where no key without a scope is here; the errors of Store and KeyStore.
[[nodiscard]] base::Result<jwt::Credentials> passing_user(const Tree& tree, const Name& account,
                                                          const std::string& name,
                                                          const jwt::Permissions& permissions);

struct PushCandidate {
    const jwt::Decoded<jwt::OperatorClaims>& owner;
    const jwt::Decoded<jwt::AccountClaims>& account;
    const std::vector<jwt::Decoded<jwt::AccountClaims>>& live;
};

/// Fails: what jwt::TrustChain says of a token that the operator does not stand behind just now; Errc::not_valid
/// with the first thing that servers would refuse; Errc::older_than_live.
[[nodiscard]] base::Status check_push(const PushCandidate& candidate, base::Time now);

/// What asks servers to forget an account, in the operator's name, for two minutes.
/// Fails: what Signers::choose() says of the operator's `signer`; the errors of Store and jwt::sign().
/// Source: nats-server accounts.go.
[[nodiscard]] base::Result<jwt::Token> removal_request(const Tree& tree, const std::string& account_key,
                                                       std::string_view signer);

}  // namespace natscreds::accounts
