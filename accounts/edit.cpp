#include <natscreds/accounts/edit.h>

#include <algorithm>
#include <chrono>

#include <natscreds/accounts/no_token.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/soundness.h>

#include "account_signer.h"
#include "under_scope.h"
#include "user_creds.h"

namespace natscreds::accounts {
namespace {

base::Time next_issue(base::Time now, base::Time last) {
    return std::max(now, last + std::chrono::seconds(1));
}

/// Under "require signing keys" no token may be left that an identity key signed, for the server would then
/// refuse it.
base::Status check_strict_account(const Store& store, const Name& name, const std::string& operator_key) {
    const auto account = store.read_account(name);
    if (!account && is_no_token(account.error())) return {};
    if (!account) return account.error();
    if (account->issuer.text() == operator_key) {
        return base::Error{Errc::not_a_signer,
                           "account \"" + name.text() + "\" was signed by " + operator_key};
    }
    const auto users = store.users(name);
    if (!users) return users.error();
    for (const Name& user_name : *users) {
        const auto user = store.read_user(name, user_name);
        if (!user && is_no_token(user.error())) continue;
        if (!user) return user.error();
        if (user->issuer.text() != account->content.subject) continue;
        return base::Error{Errc::not_a_signer, "user \"" + user_name.text() + "\" of account \"" +
                                                   name.text() + "\" was signed by " +
                                                   account->content.subject};
    }
    return {};
}

base::Status check_strict(const Store& store, const jwt::Draft<jwt::OperatorClaims>& owner) {
    if (owner.claims.signing_keys.empty()) return base::Error{Errc::no_signing_key, "\"" + owner.name + "\""};
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        if (base::Status good = check_strict_account(store, name, owner.subject); !good) return good;
    }
    return {};
}

base::Result<nkeys::SigningKey> operator_identity(const Tree& tree, const std::string& subject,
                                                  std::string_view signer) {
    base::Result<nkeys::SigningKey> key =
        find_key(signer.empty() ? std::string_view(subject) : signer, tree.keys);
    if (!key) return key;
    const std::string public_key = key->public_key().text();
    if (public_key != subject)
        return base::Error{Errc::not_a_signer, public_key + " for operator " + subject};
    return key;
}

struct UserSigner {
    const jwt::Decoded<jwt::AccountClaims>& account;
    const nkeys::PublicKey& before;
    std::string_view named;
};

/// Who signs the user now: who is named, or who did before and still may, or whoever can.
base::Result<nkeys::SigningKey> choose_user_signer(const Tree& tree, const UserSigner& signer) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const Signers signers = Signers::of(*owner, signer.account);
    const bool again = signer.named.empty() && tree.keys.holds(signer.before) && signers.lists(signer.before);
    return signers.choose(tree.keys, again ? signer.before.text() : std::string(signer.named));
}

}  // namespace

base::Status edit_operator(const Tree& tree, std::string_view signer,
                           const Change<jwt::OperatorClaims>& change) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const base::Time now = tree.clock.now();
    const std::vector<std::string> known_errors = errors_in(*owner, now);
    const bool was_strict = owner->claims().strict_signing_key_usage;
    if (base::Status done = change(owner->content); !done) return done;
    const bool to_be_checked = !was_strict || owner->claims().signing_keys.empty();
    if (owner->claims().strict_signing_key_usage && to_be_checked) {
        if (base::Status good = check_strict(tree.store, owner->content); !good) return good;
    }
    const auto key = operator_identity(tree, owner->content.subject, signer);
    if (!key) return key.error();
    const auto token = jwt::sign(owner->content, *key, next_issue(now, owner->issued_at));
    if (!token) return token.error();
    if (base::Status sound = check_sound<jwt::OperatorClaims>(*token, now, known_errors); !sound)
        return sound;
    return tree.store.write_operator(*lock, *token);
}

base::Status edit_account(const Tree& tree, const AccountEdit& edit) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    return edit_account(tree, *lock, edit);
}

base::Status edit_account(const Tree& tree, const StoreLock& lock, const AccountEdit& edit) {
    auto account = tree.store.read_account(edit.account);
    if (!account) return account.error();
    const base::Time now = tree.clock.now();
    const std::vector<std::string> known_errors = errors_in(*account, now);
    if (base::Status done = edit.change(account->content); !done) return done;
    auto chosen = choose_account_signer_again(tree, edit.signer, account->issuer);
    if (!chosen) return chosen.error();
    const auto signer = or_own_key(*std::move(chosen), account->content.subject, tree.keys);
    if (!signer) return signer.error();
    const auto token = jwt::sign(account->content, *signer, next_issue(now, account->issued_at));
    if (!token) return token.error();
    if (base::Status sound = check_sound<jwt::AccountClaims>(*token, now, known_errors); !sound) return sound;
    return tree.store.write_account(lock, edit.account, *token);
}

base::Result<std::optional<std::filesystem::path>> edit_user(const Tree& tree, const UserEdit& edit) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto account = tree.store.read_account(edit.account);
    if (!account) return account.error();
    auto user = tree.store.read_user(edit.account, edit.user);
    if (!user) return user.error();
    const base::Time now = tree.clock.now();
    const std::vector<std::string> known_errors = errors_in(*user, now);
    if (base::Status done = edit.change(user->content); !done) return done.error();
    const auto signer = choose_user_signer(tree, {*account, user->issuer, edit.signer});
    if (!signer) return signer.error();
    auto claims = claims_under(std::move(user->content.claims), account->content, signer->public_key());
    if (!claims) return claims.error();
    user->content.claims = *std::move(claims);
    const auto token = jwt::sign(user->content, *signer, next_issue(now, user->issued_at));
    if (!token) return token.error();
    const base::Status sound = check_sound<jwt::UserClaims>(*token, now, known_errors);
    if (!sound) return sound.error();
    return write_user_and_creds(tree, *lock, {{edit.account, edit.user}, *token});
}

}  // namespace natscreds::accounts
