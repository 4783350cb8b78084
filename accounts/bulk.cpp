#include <natscreds/accounts/bulk.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/no_token.h>
#include <natscreds/nkeys/public_key.h>

#include "new_user.h"
#include "under_scope.h"

namespace natscreds::accounts {
namespace {

/// So many keys and creds are in memory at once.
constexpr std::size_t users_at_once = 250;

template <class Listed>
base::Error at_line(const Listed& listed, const base::Error& error) {
    return listed.where.empty() ? error : error.within(listed.where);
}

base::Status check_named_once(const std::vector<ListedUser>& users) {
    std::map<std::string, const ListedUser*> seen;
    for (const ListedUser& user : users) {
        const auto [before, fresh] = seen.emplace(user.name.text(), &user);
        if (fresh) continue;
        return at_line(
            user, {Errc::several_match,
                   "user \"" + user.name.text() + "\" is named twice, before in " + before->second->where});
    }
    return {};
}

/// Those for whom there is something to do. `done` says of a user whether there is not.
template <class IsDone>
base::Result<std::vector<Name>> users_left(const std::vector<ListedUser>& users, AlreadyDone policy,
                                           Errc refusal, const IsDone& done) {
    if (base::Status once = check_named_once(users); !once) return once.error();
    std::vector<Name> left;
    for (const ListedUser& user : users) {
        if (!done(user.name)) {
            left.push_back(user.name);
        } else if (policy == AlreadyDone::refuse) {
            return at_line(user, {refusal, "\"" + user.name.text() + "\""});
        }
    }
    return left;
}

/// Signs some of the users, then writes what belongs to them: keys, creds, and at last the tokens.
base::Status create_some(const Tree& tree, const StoreLock& lock, const NewUsers& wanted,
                         const UserIssuer& issuer, std::span<const Name> names) {
    auto claims = claims_under(wanted.claims, issuer.account.content, issuer.key.public_key());
    if (!claims) return claims.error();
    std::vector<nkeys::SigningKey> keys;
    std::vector<Store::UserToken> tokens;
    jwt::Draft<jwt::UserClaims> user;
    user.not_before = wanted.validity.not_before;
    user.expires = wanted.validity.expires;
    user.claims = *std::move(claims);
    for (const Name& name : names) {
        base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(nkeys::Kind::user, tree.random);
        if (!key) return key.error();
        user.subject = key->public_key().text();
        user.name = name.text();
        base::Result<jwt::Token> token = sign_new_user(user, issuer.key, tree.clock.now());
        if (!token) return token.error();
        keys.push_back(*std::move(key));
        tokens.push_back({name, *std::move(token)});
    }
    if (base::Status stored = tree.keys.store_all(keys); !stored) return stored;
    std::vector<KeyStore::UserCreds> creds;
    for (std::size_t i = 0; i < keys.size(); ++i)
        creds.push_back({names[i], jwt::creds_text(tokens[i].token, keys[i])});
    const base::Status stored = tree.keys.store_creds_all(tree.store.name(), wanted.account, creds);
    if (!stored) return stored;
    return tree.store.write_users(lock, wanted.account, tokens);
}

struct Leaving {
    Name name;
    std::optional<nkeys::PublicKey> key;  ///< none: the file held no token
    base::Time issued_at;
};

base::Result<Leaving> find_leaving(const Store& store, const Name& account, const Name& name) {
    const auto user = store.read_user(account, name);
    if (!user && !is_no_token(user.error())) return user.error();
    if (!user) return Leaving{name, std::nullopt, {}};
    const auto key = nkeys::PublicKey::parse(user->content.subject);
    if (!key) return key.error();
    return Leaving{name, *key, user->issued_at};
}

base::Result<std::vector<Leaving>> find_all_leaving(const Store& store, const Name& account,
                                                    const std::vector<Name>& names) {
    std::vector<Leaving> found;
    for (const Name& name : names) {
        base::Result<Leaving> one = find_leaving(store, account, name);
        if (!one) return one.error();
        found.push_back(*std::move(one));
    }
    return found;
}

base::Status revoke_all(const Tree& tree, const StoreLock& lock, const RemoveUsers& wanted,
                        const std::vector<Leaving>& leaving) {
    return edit_account(tree, lock,
                        {.account = wanted.account, .signer = wanted.signer, .change = [&](auto& draft) {
                             for (const Leaving& user : leaving) {
                                 if (!user.key) continue;
                                 revoke(draft.claims.revocations,
                                        revocation_now(user.key->text(), user.issued_at, tree.clock.now()));
                             }
                             return base::Status();
                         }});
}

/// The token goes last: as long as it is there, the rest can be found again.
base::Status take_away(const Tree& tree, const StoreLock& lock, const RemoveUsers& wanted,
                       const Leaving& user) {
    if (wanted.with.creds) {
        const auto creds = tree.keys.remove_creds({tree.store.name(), wanted.account, user.name});
        if (!creds) return creds.error();
    }
    if (wanted.with.keys && user.key) {
        const auto key = tree.keys.remove(*user.key);
        if (!key) return key.error();
    }
    return tree.store.remove_user(lock, {wanted.account, user.name});
}

/// The key that is meant, and the moment up to which its tokens are void.
base::Result<Revocation> revocation_of(const Tree& tree, const RevokeUsers& wanted, const std::string& user) {
    const base::Time now = tree.clock.now();
    if (const auto key = nkeys::PublicKey::parse(user, nkeys::Kind::user))
        return Revocation{key->text(), wanted.up_to.value_or(now.time_since_epoch().count())};
    const auto name = Name::parse(user);
    if (!name) return name.error();
    const auto stored = tree.store.read_user(wanted.account, *name);
    if (!stored) return stored.error();
    Revocation revocation = revocation_now(stored->content.subject, stored->issued_at, now);
    revocation.up_to = wanted.up_to.value_or(revocation.up_to);
    return revocation;
}

}  // namespace

base::Result<BulkResult> create_users(const Tree& tree, const NewUsers& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto issuer = find_user_issuer(tree, wanted.account, wanted.signer);
    if (!issuer) return issuer.error();
    const auto names = users_left(wanted.users, wanted.there, Errc::user_exists, [&](const Name& name) {
        return tree.store.holds_user(wanted.account, name);
    });
    if (!names) return names.error();
    std::span<const Name> left = *names;
    while (!left.empty()) {
        const std::size_t count = std::min(users_at_once, left.size());
        const base::Status made = create_some(tree, *lock, wanted, *issuer, left.first(count));
        if (!made) return made.error();
        left = left.subspan(count);
    }
    return BulkResult{.done = names->size(), .skipped = wanted.users.size() - names->size()};
}

base::Result<BulkResult> remove_users(const Tree& tree, const RemoveUsers& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (const auto account = tree.store.read_account(wanted.account); !account) return account.error();
    const auto names = users_left(wanted.users, wanted.gone, Errc::no_such_user, [&](const Name& name) {
        return !tree.store.holds_user(wanted.account, name);
    });
    if (!names) return names.error();
    const auto leaving = find_all_leaving(tree.store, wanted.account, *names);
    if (!leaving) return leaving.error();
    if (wanted.revoke == Revoke::yes && !leaving->empty()) {
        if (base::Status revoked = revoke_all(tree, *lock, wanted, *leaving); !revoked)
            return revoked.error();
    }
    for (const Leaving& user : *leaving) {
        if (base::Status gone = take_away(tree, *lock, wanted, user); !gone) return gone.error();
    }
    return BulkResult{.done = names->size(), .skipped = wanted.users.size() - names->size()};
}

base::Result<BulkResult> revoke_users(const Tree& tree, const RevokeUsers& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    std::vector<Revocation> revocations;
    for (const ListedRevocation& listed : wanted.users) {
        base::Result<Revocation> one = revocation_of(tree, wanted, listed.user);
        if (!one) return at_line(listed, one.error());
        revocations.push_back(*std::move(one));
    }
    BulkResult result;
    const base::Status edited = edit_account(
        tree, *lock, {.account = wanted.account, .signer = wanted.signer, .change = [&](auto& draft) {
                          for (const Revocation& one : revocations)
                              (revoke(draft.claims.revocations, one) ? result.done : result.skipped)++;
                          return base::Status();
                      }});
    if (!edited) return edited.error();
    return result;
}

}  // namespace natscreds::accounts
