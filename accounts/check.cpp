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

struct Trunk {
    const jwt::Decoded<jwt::OperatorClaims>& owner;
    const jwt::Decoded<jwt::AccountClaims>& account;
    base::Time now;
};

Issues check_user(const jwt::Decoded<jwt::UserClaims>& user, const Trunk& trunk) {
    Issues issues = jwt::validate(user, {.now = trunk.now});
    const Signers signers = Signers::of(trunk.owner, trunk.account);
    const std::string issuer = user.issuer.text();
    const std::string& account_key = trunk.account.content.subject;
    const bool for_account = issuer == account_key || user.claims().issuer_account == account_key;
    if (issuer == account_key && trunk.owner.claims().strict_signing_key_usage) {
        add_error(issues, "is signed by the account's own key, and the operator requires signing keys");
    } else if (!signers.lists(user.issuer) || !for_account) {
        add_error(issues, "is not signed by the account or one of its signing keys");
    }
    const auto key = trunk.account.claims().signing_keys.find(issuer);
    const bool scoped = key != trunk.account.claims().signing_keys.end() && key->second;
    if (scoped && user.claims().has_own_permissions())
        add_error(issues, "has permissions of its own beside the scope of its signing key");
    append(issues, surprises_in(user, trunk.account));
    return issues;
}

base::Result<Issues> check_users(const Store& store, const Name& account, const Trunk& trunk) {
    const auto names = store.users(account);
    if (!names) return names.error();
    Issues issues;
    for (const Name& name : *names) {
        const auto user = store.read_user(account, name);
        if (!user) return user.error();
        for (const jwt::Issue& issue : check_user(*user, trunk))
            issues.push_back({issue.severity, "user \"" + name.text() + "\": " + issue.text});
    }
    return issues;
}

}  // namespace

base::Result<Issues> check_operator(const Store& store, base::Time now) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    Issues issues = jwt::validate(*owner, {.now = now});
    if (!signed_itself(*owner)) add_error(issues, "is not signed by the operator or one of its signing keys");
    return issues;
}

base::Result<Issues> check_account(const Store& store, const Name& account_name, base::Time now) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    const auto account = store.read_account(account_name);
    if (!account) return account.error();
    Issues issues = jwt::validate(*account, {.now = now});
    const bool system = owner->claims().system_account == account->content.subject;
    if (system && uses_jetstream(account->claims().limits))
        add_error(issues, "is the system account, which cannot have JetStream");
    if (!Signers::of(*owner).lists(account->issuer))
        add_error(issues, "is not signed by the operator or one of its signing keys");
    const auto users = check_users(store, account_name, {*owner, *account, now});
    if (!users) return users.error();
    append(issues, *users);
    append(issues, surprises_in(*account));
    return issues;
}

}  // namespace natscreds::accounts
