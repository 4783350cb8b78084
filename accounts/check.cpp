#include <natscreds/accounts/check.h>

#include <algorithm>
#include <string>

#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/surprises.h>

namespace natscreds::accounts {
namespace {

using Issues = std::vector<jwt::Issue>;

void add_error(Issues& issues, std::string text) {
    issues.push_back({jwt::Severity::error, std::move(text)});
}

void append(Issues& issues, const Issues& more) {
    issues.insert(issues.end(), more.begin(), more.end());
}

bool stores_anything(const jwt::JetStreamLimits& limits) {
    return limits.mem_storage != 0 || limits.disk_storage != 0;
}

bool uses_jetstream(const jwt::AccountLimits& limits) {
    return stores_anything(limits.jetstream) ||
           std::ranges::any_of(limits.tiered_limits,
                               [](const auto& tier) { return stores_anything(tier.second); });
}

bool signed_itself(const jwt::Decoded<jwt::OperatorClaims>& owner) {
    const std::string issuer = owner.issuer.text();
    const std::vector<std::string>& keys = owner.claims().signing_keys;
    return issuer == owner.content.subject || std::ranges::find(keys, issuer) != keys.end();
}

/// What a token hangs on, as far as it can be read.
struct Trunk {
    const base::Result<jwt::Decoded<jwt::OperatorClaims>>& owner;
    const base::Result<jwt::Decoded<jwt::AccountClaims>>& account;
    base::Time now;
};

/// Lists and keys go by the file's name, servers by the token's.
void check_name(Issues& issues, const Name& file, const std::string& in_token) {
    if (file.text() != in_token)
        issues.push_back({jwt::Severity::warning, "is called \"" + in_token + "\" in its token"});
}

Issues check_signature(const jwt::Decoded<jwt::UserClaims>& user,
                       const jwt::Decoded<jwt::OperatorClaims>& owner,
                       const jwt::Decoded<jwt::AccountClaims>& account) {
    Issues issues;
    const Signers signers = Signers::of(owner, account);
    const std::string issuer = user.issuer.text();
    const std::string& account_key = account.content.subject;
    const bool for_account = issuer == account_key || user.claims().issuer_account == account_key;
    if (issuer == account_key && owner.claims().strict_signing_key_usage) {
        add_error(issues, "is signed by the account's own key, and the operator requires signing keys");
    } else if (!signers.lists(user.issuer) || !for_account) {
        add_error(issues, "is not signed by the account or one of its signing keys");
    }
    const auto key = account.claims().signing_keys.find(issuer);
    const bool scoped = key != account.claims().signing_keys.end() && key->second;
    if (scoped && user.claims().has_own_permissions())
        add_error(issues, "has permissions of its own beside the scope of its signing key");
    return issues;
}

Issues check_user(const Name& file, const jwt::Decoded<jwt::UserClaims>& user, const Trunk& trunk) {
    Issues issues = jwt::validate(user, {.now = trunk.now});
    check_name(issues, file, user.content.name);
    if (trunk.owner && trunk.account) append(issues, check_signature(user, *trunk.owner, *trunk.account));
    append(issues, trunk.account ? surprises_in(user, *trunk.account) : surprises_in(user));
    return issues;
}

/// What is wrong with each, be it that it cannot be read.
base::Result<Issues> check_users(const Store& store, const Name& account, const Trunk& trunk) {
    const auto names = store.users(account);
    if (!names) return names.error();
    Issues issues;
    for (const Name& name : *names) {
        const auto user = store.read_user(account, name);
        const Issues found =
            user ? check_user(name, *user, trunk) : Issues{{jwt::Severity::error, user.error().message()}};
        for (const jwt::Issue& issue : found)
            issues.push_back({issue.severity, "user \"" + name.text() + "\": " + issue.text});
    }
    return issues;
}

Issues check_account(const Name& file, const jwt::Decoded<jwt::AccountClaims>& account, const Trunk& trunk) {
    Issues issues = jwt::validate(account, {.now = trunk.now});
    check_name(issues, file, account.content.name);
    if (!trunk.owner) return issues;
    const bool system = trunk.owner->claims().system_account == account.content.subject;
    if (system && uses_jetstream(account.claims().limits))
        add_error(issues, "is the system account, which cannot have JetStream");
    if (!Signers::of(*trunk.owner).lists(account.issuer))
        add_error(issues, "is not signed by the operator or one of its signing keys");
    return issues;
}

}  // namespace

base::Result<Issues> check_operator(const Store& store, base::Time now) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    Issues issues = jwt::validate(*owner, {.now = now});
    check_name(issues, store.name(), owner->content.name);
    if (!signed_itself(*owner)) add_error(issues, "is not signed by the operator or one of its signing keys");
    return issues;
}

base::Result<Issues> check_account(const Store& store, const Name& account_name, base::Time now) {
    const auto owner = store.read_operator();
    const auto account = store.read_account(account_name);
    if (!account && account.error().code == Errc::no_such_account) return account.error();
    const Trunk trunk{owner, account, now};
    Issues issues = account ? check_account(account_name, *account, trunk)
                            : Issues{{jwt::Severity::error, account.error().message()}};
    const auto users = check_users(store, account_name, trunk);
    if (!users) return users.error();
    append(issues, *users);
    if (account) append(issues, surprises_in(*account));
    return issues;
}

}  // namespace natscreds::accounts
