#include <natscreds/accounts/remove.h>

#include <optional>
#include <utility>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/revocation.h>

namespace natscreds::accounts {
namespace {

/// Whose files go when a token is gone.
struct RemovalPlan {
    std::vector<std::string> keys;
    std::vector<std::pair<Name, Name>> creds;  // account and user
};

base::Status add_account(RemovalPlan& doomed, const Store& store, const Name& name) {
    const auto account = store.read_account(name);
    if (account) {
        doomed.keys.push_back(account->content.subject);
        for (const auto& [key, scope] : account->claims().signing_keys)
            doomed.keys.push_back(key);
    } else if (!is_no_token(account.error())) {
        return account.error();
    }
    const auto users = store.users(name);
    if (!users) return users.error();
    for (const Name& user_name : *users) {
        const auto user = store.read_user(name, user_name);
        if (!user && !is_no_token(user.error())) return user.error();
        if (user) doomed.keys.push_back(user->content.subject);
        doomed.creds.emplace_back(name, user_name);
    }
    return {};
}

base::Status remove_files(const Tree& tree, const RemovalPlan& doomed, const Leftovers& with) {
    for (const std::string& text : doomed.keys) {
        const auto key = nkeys::PublicKey::parse(text);
        if (!with.keys || !key) continue;
        if (const auto removed = tree.keys.remove(*key); !removed) return removed.error();
    }
    for (const auto& [account, user] : doomed.creds) {
        if (!with.creds) break;
        if (const auto removed = tree.keys.remove_creds({tree.store.name(), account, user}); !removed)
            return removed.error();
    }
    return {};
}

struct Condemned {
    const RemoveUser& wanted;
    const jwt::Decoded<jwt::UserClaims>& user;
};

/// Whether there was anything to revoke.
base::Result<bool> revoke_user(const Tree& tree, const StoreLock& lock, const Condemned& condemned) {
    const auto& [wanted, user] = condemned;
    const Revocation revocation = revocation_now(user.content.subject, user.issued_at, tree.clock.now());
    bool revoked = false;
    const base::Status edited = edit_account(
        tree, lock, {.account = wanted.account, .signer = wanted.signer, .change = [&](auto& draft) {
                         revoked = revoke(draft.claims.revocations, revocation);
                         return base::Status();
                     }});
    if (!edited) return edited.error();
    return revoked;
}

}  // namespace

base::Result<RemovedUser> remove_user(const Tree& tree, const RemoveUser& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto user = tree.store.read_user(wanted.account, wanted.user);
    if (!user && !is_no_token(user.error())) return user.error();
    RemovedUser done;
    if (user) {
        const auto key = nkeys::PublicKey::parse(user->content.subject);
        if (!key) return key.error();
        done.key = *key;
    }
    if (user && wanted.revoke == Revoke::yes) {
        const auto revoked = revoke_user(tree, *lock, {wanted, *user});
        if (!revoked) return revoked.error();
        done.revoked = *revoked;
    }
    const base::Status removed = tree.store.remove_user(*lock, {wanted.account, wanted.user});
    if (!removed) return removed.error();
    if (wanted.with.creds) {
        const auto creds = tree.keys.remove_creds({tree.store.name(), wanted.account, wanted.user});
        if (!creds) return creds.error();
        done.removed_creds = *creds;
    }
    if (done.key && wanted.with.keys) {
        const auto private_key = tree.keys.remove(*done.key);
        if (!private_key) return private_key.error();
        done.removed_key = *private_key;
    }
    return done;
}

base::Result<std::vector<Name>> remove_account(const Tree& tree, const Name& account, const Leftovers& with) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    RemovalPlan doomed;
    if (base::Status known = add_account(doomed, tree.store, account); !known) return known.error();
    auto users = tree.store.users(account);
    if (!users) return users;
    if (base::Status gone = tree.store.remove_account(*lock, account); !gone) return gone.error();
    if (base::Status gone = remove_files(tree, doomed, with); !gone) return gone.error();
    return users;
}

base::Result<std::vector<Name>> remove_operator(const Tree& tree, const Leftovers& with) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto owner = tree.store.read_operator();
    if (!owner && !is_no_token(owner.error())) return owner.error();
    RemovalPlan doomed;
    if (owner) {
        doomed.keys = owner->claims().signing_keys;
        doomed.keys.push_back(owner->content.subject);
    }
    auto names = tree.store.accounts();
    if (!names) return names;
    for (const Name& name : *names) {
        if (base::Status known = add_account(doomed, tree.store, name); !known) return known.error();
    }
    if (base::Status gone = tree.store.remove_operator(*lock); !gone) return gone.error();
    if (base::Status gone = remove_files(tree, doomed, with); !gone) return gone.error();
    return names;
}

}  // namespace natscreds::accounts
