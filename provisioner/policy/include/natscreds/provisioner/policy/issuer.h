#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/result.h>
#include <natscreds/jwt/token.h>
#include <natscreds/nkeys/signing_key.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/role.h>

namespace natscreds::provisioner {

/// Why a service cannot issue credentials with what it was given.
enum class IssuerErrc {
    key_not_listed = 1,  ///< the signing key is not one of the account's
    account_expired,     ///< the account's JWT has expired, or does not hold yet
    scope_differs,       ///< the key is scoped, and its scope is not the role's permissions
    token_too_large,     ///< a JWT of this role does not fit into a server's CONNECT line
};

std::error_code make_error_code(IssuerErrc) noexcept;

/// Which user JWT to sign.
struct Order {
    Name name;
    nkeys::PublicKey key;
    base::Time expires;
    std::int64_t generation = 0;
    std::optional<jwt::Permissions> permissions = {};  ///< in the place of the role's; not for a scoped key
    std::vector<std::string> tags = {};                ///< beside those that every JWT has
};

/// An account of servers without an operator: their configuration has its name, and the key that signs for it.
struct ConfiguredAccount {
    std::string name;
};

/// Signs user JWTs of one role, for one account, with one of that account's signing keys.
///
/// Holds:   whatever it signs is accepted by a server that has the account's JWT: the key is listed there,
///          a scoped key's users carry no permissions of their own, and the JWT fits the CONNECT line.
/// Fails:   create: an IssuerErrc, or what expand() says of the role.
/// Thread:  issue() may be called from several threads at once.
class Issuer {
  public:
    struct Parts {
        std::variant<jwt::Decoded<jwt::AccountClaims>, ConfiguredAccount> account;
        nkeys::SigningKey key;
        Role role;
    };
    [[nodiscard]] static base::Result<Issuer> create(Parts parts, base::Time now);

    /// The same issuer by another JWT of its account. Where that does not list the key, or gives it a scope that is
    /// not the role's permissions, nothing is issued any more: signing_key_unusable.
    [[nodiscard]] Issuer with_account(const jwt::Decoded<jwt::AccountClaims>& account) const;

    /// When credentials ordered now expire: never after the account itself.
    /// Fails: access::Reason::bad_ttl for more than the role gives; signing_key_unusable once the account
    ///        has expired.
    [[nodiscard]] base::Result<base::Time> expiry(std::optional<std::chrono::seconds> ttl,
                                                  base::Time now) const;

    /// Fails: access::Reason::signing_key_unusable; also for permissions that a scoped key cannot give.
    [[nodiscard]] base::Result<jwt::Token> issue(const Order& order, base::Time now) const;

    /// Whether its users' JWTs have permissions of their own, instead of the signing key's scope.
    [[nodiscard]] bool unscoped() const noexcept { return !scoped_; }

    /// Whether the account's JWT lists the key as the role needs it.
    [[nodiscard]] bool listed() const noexcept { return listed_; }

    /// Whether a server reads a JWT of this length in a CONNECT line.
    [[nodiscard]] static bool fits_connect(const jwt::Token& token) noexcept;

    /// Whether the account's JWT says that this one, of its users', is void.
    [[nodiscard]] bool revoked(const jwt::Decoded<jwt::UserClaims>& user) const;

    /// Whether a JWT issued now for this key would hold. A key that the account revokes by name gets none until the
    /// revocation is lifted, though servers would take a newer JWT: otherwise its holder could undo the revocation.
    /// Fails: access::Reason::denied.
    [[nodiscard]] base::Status check_revoked(const nkeys::PublicKey& key, base::Time now) const;

    /// The account's JWT; null where the account is a configured one.
    [[nodiscard]] const jwt::Decoded<jwt::AccountClaims>* account_token() const noexcept;

    /// When the account's JWT expires, and with it all that can be issued.
    [[nodiscard]] std::optional<base::Time> account_expires() const noexcept;

    [[nodiscard]] const Role& role() const noexcept { return role_; }
    /// Whether users take their permissions from the signing key's scope.
    [[nodiscard]] bool scoped() const noexcept { return scoped_; }
    [[nodiscard]] nkeys::PublicKey signing_key() const { return key_->public_key(); }
    /// The account's public key; its name where it is a configured one.
    [[nodiscard]] const std::string& account() const noexcept;

    /// The account's signing keys for users of this role.
    [[nodiscard]] const std::vector<std::string>& issuers() const noexcept { return issuers_; }

  private:
    Issuer(Parts parts, bool scoped, std::vector<std::string> issuers)
        : account_(std::move(parts.account)),
          key_(std::make_shared<const nkeys::SigningKey>(std::move(parts.key))),
          role_(std::move(parts.role)),
          scoped_(scoped),
          issuers_(std::move(issuers)) {}

    [[nodiscard]] base::Status check_longest(base::Time now) const;
    [[nodiscard]] base::Result<jwt::UserClaims> claims_for(const Order& order) const;
    [[nodiscard]] base::Result<jwt::Draft<jwt::UserClaims>> draft_for(const Order& order) const;

    std::variant<jwt::Decoded<jwt::AccountClaims>, ConfiguredAccount> account_;
    std::shared_ptr<const nkeys::SigningKey> key_;
    Role role_;
    bool scoped_;
    bool listed_ = true;
    std::vector<std::string> issuers_;
};

}  // namespace natscreds::provisioner

template <>
struct std::is_error_code_enum<natscreds::provisioner::IssuerErrc> : std::true_type {};
