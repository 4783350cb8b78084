#include <natscreds/accounts/reissue.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/signer.h>

#include "user_creds.h"

namespace natscreds::accounts {
namespace {

using OperatorToken = jwt::Decoded<jwt::OperatorClaims>;

base::Time later_than(base::Time now, base::Time last) {
    return std::max(now, last + std::chrono::seconds(1));
}

base::Result<nkeys::SigningKey> new_identity(const Tree& tree, std::optional<nkeys::SigningKey> given) {
    base::Result<nkeys::SigningKey> key =
        given ? base::Result<nkeys::SigningKey>(*std::move(given))
              : nkeys::SigningKey::generate(nkeys::Kind::operator_, tree.random);
    if (!key) return key;
    const auto kind = nkeys::PublicKey::parse(key->public_key().text(), nkeys::Kind::operator_);
    if (!kind) return kind.error();
    const auto stored = tree.keys.store(*key);
    if (!stored) return stored.error();
    return key;
}

void add_key(std::vector<std::string>& keys, const std::string& key) {
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
}

base::Status write_owner(const Tree& tree, const StoreLock& lock, OperatorToken& owner,
                         const nkeys::SigningKey& signer) {
    const base::Time issued = later_than(tree.clock.now(), owner.issued_at);
    const auto token = jwt::sign(owner.content, signer, issued);
    if (!token) return token.error();
    owner.issued_at = issued;
    return tree.store.write_operator(lock, *token);
}

/// Names of the accounts that the old identity has signed, and that are signed by the new key now.
base::Result<std::vector<Name>> sign_accounts(const Tree& tree, const StoreLock& lock,
                                              const std::string& before, const nkeys::SigningKey& signer) {
    const auto names = tree.store.accounts();
    if (!names) return names.error();
    std::vector<Name> signed_anew;
    for (const Name& name : *names) {
        const auto account = tree.store.read_account(name);
        if (!account && is_no_token(account.error())) continue;
        if (!account) return account.error();
        if (account->issuer.text() != before) continue;
        const auto token =
            jwt::sign(account->content, signer, later_than(tree.clock.now(), account->issued_at));
        if (!token) return token.error();
        if (base::Status written = tree.store.write_account(lock, name, *token); !written)
            return written.error();
        signed_anew.push_back(name);
    }
    return signed_anew;
}

/// Users and their creds files, below the new name: nobody looks at them until the account is there.
base::Status copy_users(const Tree& tree, const StoreLock& lock, const Name& from, const Name& to) {
    const auto users = tree.store.users(from);
    if (!users) return users.error();
    for (const Name& name : *users) {
        const auto user = tree.store.read_user(from, name);
        if (!user) return user.error();
        const auto written = write_user_and_creds(tree, lock, {{to, name}, user->token});
        if (!written) return written.error();
    }
    return {};
}

base::Status remove_old_creds(const Tree& tree, const Name& account) {
    const auto users = tree.store.users(account);
    if (!users) return users.error();
    for (const Name& name : *users) {
        const auto removed = tree.keys.remove_creds({tree.store.name(), account, name});
        if (!removed) return removed.error();
    }
    return {};
}

/// Whether the name is free, or has this account already: a renaming that was interrupted.
base::Status check_new_name(const Store& store, const Name& to, const std::string& key) {
    const auto there = store.read_account(to);
    if (there && there->content.subject == key) return {};
    const auto taken = store.holds_account_but_for_case(to);
    if (!taken) return taken.error();
    return *taken ? base::Status(base::Error{Errc::account_exists, "\"" + to.text() + "\""}) : base::Status();
}

}  // namespace

base::Result<ReissuedOperator> reissue_operator(const Tree& tree, OperatorReissue wanted) {
    if (tree.store.management() == Management::elsewhere)
        return base::Error{Errc::not_managed_here, "\"" + tree.store.name().text() + "\""};
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const std::string before = owner->content.subject;
    const auto old_key = nkeys::PublicKey::parse(before, nkeys::Kind::operator_);
    if (!old_key) return old_key.error();
    const auto key = new_identity(tree, std::move(wanted.key));
    if (!key) return key.error();
    const std::string after = key->public_key().text();
    ReissuedOperator done{.before = *old_key, .key = key->public_key(), .signed_anew = {}};
    std::vector<std::string>& signing_keys = owner->content.claims.signing_keys;
    if (wanted.old == OldIdentity::signing_key) {
        add_key(signing_keys, before);
    } else {
        const auto old_identity = find_key(before, tree.keys);
        if (!old_identity) return old_identity.error();
        add_key(signing_keys, after);
        if (base::Status written = write_owner(tree, *lock, *owner, *old_identity); !written)
            return written.error();
        auto signed_anew = sign_accounts(tree, *lock, before, *key);
        if (!signed_anew) return signed_anew.error();
        done.signed_anew = *std::move(signed_anew);
    }
    std::erase(signing_keys, after);
    owner->content.subject = after;
    if (base::Status written = write_owner(tree, *lock, *owner, *key); !written) return written.error();
    return done;
}

base::Status rename_account(const Tree& tree, const Name& from, const Name& to) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto account = tree.store.read_account(from);
    if (!account) return account.error();
    if (from == to) return {};
    if (base::Status free = check_new_name(tree.store, to, account->content.subject); !free) return free;
    if (base::Status copied = copy_users(tree, *lock, from, to); !copied) return copied;
    // The token of the old name is written below the new one first, and then changed as any other.
    if (base::Status written = tree.store.write_account(*lock, to, account->token); !written) return written;
    const base::Status edited =
        edit_account(tree, *lock, {.account = to, .signer = "", .change = [&](auto& draft) {
                                       draft.name = to.text();
                                       return base::Status();
                                   }});
    if (!edited) return edited;
    if (base::Status removed = remove_old_creds(tree, from); !removed) return removed;
    return tree.store.remove_account(*lock, from);
}

}  // namespace natscreds::accounts
