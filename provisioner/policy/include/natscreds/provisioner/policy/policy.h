#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <natscreds/base/result.h>
#include <natscreds/nkeys/public_key.h>
#include <natscreds/provisioner/policy/claim.h>
#include <natscreds/provisioner/policy/issuer.h>
#include <natscreds/provisioner/policy/name.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <natscreds/provisioner/policy/requesters.h>

namespace natscreds::provisioner {

/// Whether a request that is a name alone is answered, with a key that the service makes.
enum class PlainNames { refused, answered };

/// What holds for all roles alike.
struct PolicyRules {
    std::set<nkeys::PublicKey> client_accounts = {};  ///< whose vouched requests are answered
    std::string default_role = "chat";
    /// The role of ServiceAccounts that have a NatsServiceRole, which says what they may do; empty: there are none.
    std::string service_role = {};
    PlainNames plain_names = PlainNames::refused;
    std::set<std::string, std::less<>> reserved_names = {};
    std::chrono::seconds name_grace = std::chrono::hours(24);
    Rekey rekey = Rekey::at_once;
    Requesters requesters = {};  ///< those that have names
    std::size_t max_names = 0;   ///< for one owner, be it a requester or an identity; 0: any number
    Rate requester_rate{.per_second = 10, .burst = 50};
    Rate global_rate{};  ///< off

    [[nodiscard]] Rates rates() const noexcept { return {requester_rate, global_rate}; }
    [[nodiscard]] NameRule name_rule() const noexcept { return NameRule(name_grace, rekey); }
    bool operator==(const PolicyRules&) const = default;
};

/// Who may have what: the roles that can be issued, and the rules for names and numbers.
///
/// Holds:   the default role is one of the roles. Most roles are of one account, the default one; a role may have an
///          account of its own, with names of its own.
/// Thread:  it does not change; any.
class Policy {
  public:
    /// `account` is the default one, as Issuer::account() says it; empty: that of the default role.
    /// Fails with std::errc::invalid_argument, naming the role: no such default role, two of one name.
    [[nodiscard]] static base::Result<Policy> create(PolicyRules rules, std::vector<Issuer> issuers,
                                                     std::string account = {});

    /// The same policy by another JWT of one of its accounts: as Issuer::with_account.
    [[nodiscard]] Policy with_account(const jwt::Decoded<jwt::AccountClaims>& account) const;

    /// The issuer of a role, or of the default role for an empty name.
    /// Fails: access::Reason::unknown_role; role_denied when the role is for other requesters, or is not among those of a
    ///        requester that is listed with roles: that one may have these, and no others.
    [[nodiscard]] base::Result<const Issuer*> authorize(
        std::string_view role, const std::optional<nkeys::PublicKey>& requester,
        const std::optional<NamedRequester>& listed = {}) const;

    /// Whether a role is for those only who prove who they are.
    [[nodiscard]] bool needs_proof(const Role& role) const noexcept {
        return !role.identity.empty() || !role.service_accounts.empty() || has_service_roles(role);
    }
    /// Whether what its holders may do stands in each one's NatsServiceRole.
    [[nodiscard]] bool has_service_roles(const Role& role) const noexcept {
        return !rules_.service_role.empty() && role.name == rules_.service_role;
    }

    /// The issuer of a role that somebody has already. Fails: access::Reason::unknown_role.
    [[nodiscard]] base::Result<const Issuer*> find(std::string_view role) const;

    /// Fails: access::Reason::bad_name, for a reserved name too.
    [[nodiscard]] base::Result<Name> name(std::string_view text) const;
    /// The same for a name in the plain form, which is folded first.
    [[nodiscard]] base::Result<Name> plain_name(std::string_view text) const;

    [[nodiscard]] const PolicyRules& rules() const noexcept { return rules_; }
    [[nodiscard]] const std::vector<Issuer>& issuers() const noexcept { return issuers_; }
    /// The default one: its public key, or its name where it has no JWT.
    [[nodiscard]] const std::string& account() const noexcept { return account_; }
    /// Of each account that roles are of, as far as these have JWTs.
    [[nodiscard]] std::vector<const jwt::Decoded<jwt::AccountClaims>*> account_tokens() const;
    /// Null where no role is of this account, or it has no JWT.
    [[nodiscard]] const jwt::Decoded<jwt::AccountClaims>* account_token(std::string_view account) const;
    /// The first moment at which one of the accounts' JWTs expires.
    [[nodiscard]] std::optional<base::Time> accounts_expire() const;

    /// How the ledger names a name: by itself in the default account, as "ACCOUNT/NAME" in another.
    [[nodiscard]] std::string ledger_name(const Issuer& issuer, const Name& name) const;

  private:
    Policy(PolicyRules rules, std::vector<Issuer> issuers, std::string account)
        : rules_(std::move(rules)), issuers_(std::move(issuers)), account_(std::move(account)) {}
    [[nodiscard]] base::Result<Name> unless_reserved(base::Result<Name> name) const;

    PolicyRules rules_;
    std::vector<Issuer> issuers_;
    std::string account_;
};

}  // namespace natscreds::provisioner
