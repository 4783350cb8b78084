#include <natscreds/accounts/rotation.h>

#include <algorithm>
#include <utility>

#include <natscreds/accounts/account_rotation.h>
#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/reissue.h>
#include <natscreds/accounts/revocation.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/jwt/trust.h>

#include "rotations_file.h"

namespace natscreds::accounts {
namespace {

using Of = Rotation::Of;
using RotatedAccount = jwt::Decoded<jwt::AccountClaims>;
using RotatedUser = jwt::Decoded<jwt::UserClaims>;

nkeys::Kind kind_of(Of of) {
    if (of == Of::user) return nkeys::Kind::user;
    return is_of_operator(of) ? nkeys::Kind::operator_ : nkeys::Kind::account;
}

base::Error no_such_key(const std::string& key) {
    return {Errc::no_such_key, "\"" + key + "\""};
}

// ---- which key

/// The one signing key that is meant: by itself, by its role, or as the only one that there is.
base::Result<std::string> meant_key(const RotatedAccount& account, const std::string& named) {
    const auto& keys = account.claims().signing_keys;
    if (keys.contains(named)) return named;
    std::vector<std::string> found;
    for (const auto& [key, scope] : keys) {
        if (named.empty() || (scope && scope->role == named)) found.push_back(key);
    }
    if (found.size() == 1) return found.front();
    return found.empty() ? no_such_key(named) : base::Error{Errc::several_match, "\"" + named + "\""};
}

/// Whoever has been locked out stays so: a new key would not be the one that is revoked.
base::Status check_not_revoked(const RotatedAccount& account, const RotatedUser& user) {
    if (!jwt::is_revoked(account.claims().revocations, user.content.subject, user.issued_at)) return {};
    return base::Error{Errc::not_valid, "user \"" + user.content.name +
                                            "\" is revoked, and with another key would not be any more"};
}

base::Result<std::string> old_key(const Tree& tree, const WantedRotation& wanted) {
    if (is_of_operator(wanted.of)) {
        if (tree.store.management() == Management::elsewhere)
            return base::Error{Errc::not_managed_here, "\"" + tree.store.name().text() + "\""};
        const auto owner = tree.store.read_operator();
        if (!owner) return owner.error();
        if (wanted.of == Of::operator_identity) return owner->content.subject;
        const auto& keys = owner->claims().signing_keys;
        const bool listed = std::ranges::find(keys, wanted.key) != keys.end();
        return listed ? base::Result<std::string>(wanted.key) : no_such_key(wanted.key);
    }
    const auto account = tree.store.read_account(*wanted.account);
    if (!account) return account.error();
    if (wanted.of == Of::account) return account->content.subject;
    if (wanted.of == Of::account_signing_key) return meant_key(*account, wanted.key);
    const auto user = tree.store.read_user(*wanted.account, *wanted.user);
    if (!user) return user.error();
    if (const auto good = check_not_revoked(*account, *user); !good) return good.error();
    return user->content.subject;
}

base::Result<Rotation> write_down(const Tree& tree, const WantedRotation& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    // Another process may have begun it while this one waited.
    const auto begun = find_rotation(tree.store, wanted);
    if (!begun) return begun.error();
    if (*begun) return **begun;
    const auto before = old_key(tree, wanted);
    if (!before) return before.error();
    const auto key = nkeys::SigningKey::generate(kind_of(wanted.of), tree.random);
    if (!key) return key.error();
    if (const auto stored = tree.keys.store(*key); !stored) return stored.error();
    Rotation rotation{.of = wanted.of,
                      .account = wanted.account ? wanted.account->text() : "",
                      .user = wanted.user ? wanted.user->text() : "",
                      .before = *before,
                      .after = key->public_key().text(),
                      .begun = tree.clock.now()};
    if (const auto added = add_rotation(tree.store, *lock, rotation); !added) return added.error();
    return rotation;
}

// ---- the tree names the new key

base::Status name_identity(const Tree& tree, const Rotation& rotation) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    if (owner->content.subject == rotation.after) return {};
    if (owner->content.subject != rotation.before) return no_such_key(rotation.before);
    const auto after = nkeys::PublicKey::parse(rotation.after);
    if (!after) return after.error();
    auto key = tree.keys.load(*after);
    if (!key) return key.error();
    const auto done = reissue_operator(tree, {.key = *std::move(key), .old = OldIdentity::signing_key});
    return done ? base::Status() : done.error();
}

base::Status name_operator_key(const Tree& tree, const Rotation& rotation, const std::string& signer) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto& keys = owner->claims().signing_keys;
    if (std::ranges::find(keys, rotation.after) != keys.end()) return {};
    return edit_operator(tree, signer, [&](jwt::Draft<jwt::OperatorClaims>& draft) {
        draft.claims.signing_keys.push_back(rotation.after);
        return base::Status();
    });
}

base::Status name_signing_key(const Tree& tree, const Rotation& rotation, const Name& account,
                              const std::string& signer) {
    const auto current = tree.store.read_account(account);
    if (!current) return current.error();
    if (current->claims().signing_keys.contains(rotation.after)) return {};
    return edit_account(tree, {.account = account, .signer = signer, .change = [&](auto& draft) {
                                   const auto old = draft.claims.signing_keys.find(rotation.before);
                                   if (old == draft.claims.signing_keys.end())
                                       return base::Status(no_such_key(rotation.before));
                                   auto scope = old->second;
                                   draft.claims.signing_keys[rotation.after] = std::move(scope);
                                   return base::Status();
                               }});
}

base::Status name_user_key(const Tree& tree, const Rotation& rotation, const Name& account) {
    const auto name = Name::parse(rotation.user);
    if (!name) return name.error();
    const auto user = tree.store.read_user(account, *name);
    if (!user) return user.error();
    if (user->content.subject == rotation.after) return {};
    if (user->content.subject != rotation.before) return no_such_key(rotation.before);
    const auto written =
        edit_user(tree, {.account = account, .user = *name, .signer = "", .change = [&](auto& draft) {
                             draft.subject = rotation.after;
                             return base::Status();
                         }});
    return written ? base::Status() : written.error();
}

// ---- what the old key has signed

/// Where sign() is to do it, and otherwise only look.
struct Resigning {
    const Tree& tree;
    const Rotation& rotation;
    bool sign = false;
    std::string signer = {};  ///< of accounts
};

/// Who signs accounts from now on: the new key, unless the operator leaves that to its other signing keys.
base::Result<std::string> account_signer(const Resigning& resigning) {
    if (!resigning.signer.empty() || !resigning.sign) return resigning.signer;
    const auto owner = resigning.tree.store.read_operator();
    if (!owner) return owner.error();
    const Signers signers = Signers::of(*owner);
    std::vector<std::string> candidates{resigning.rotation.after};
    candidates.insert(candidates.end(), signers.keys().begin(), signers.keys().end());
    for (const std::string& text : candidates) {
        const auto key = nkeys::PublicKey::parse(text);
        if (text != resigning.rotation.before && key && signers.lists(*key) &&
            resigning.tree.keys.holds(*key))
            return text;
    }
    return base::Error{Errc::no_signer, "operator \"" + owner->content.name + "\""};
}

base::Status look_at_accounts(const Resigning& resigning, SignedByOld& found) {
    const auto signer = account_signer(resigning);
    if (!signer) return signer.error();
    const auto names = resigning.tree.store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = resigning.tree.store.read_account(name);
        if (!account) return account.error();
        if (account->issuer.text() != resigning.rotation.before) continue;
        found.what.push_back("account " + name.text());
        found.accounts.push_back(name);
        if (!resigning.sign) continue;
        const auto done = edit_account(
            resigning.tree,
            {.account = name, .signer = *signer, .change = [](auto&) { return base::Status(); }});
        if (!done) return done;
    }
    return {};
}

base::Status look_at_users(const Resigning& resigning, const Name& account_name,
                           const RotatedAccount& account, SignedByOld& found) {
    const auto users = resigning.tree.store.users(account_name);
    if (!users) return users.error();
    const base::Time now = resigning.tree.clock.now();
    for (const Name& name : *users) {
        const auto user = resigning.tree.store.read_user(account_name, name);
        if (!user) return user.error();
        if (user->issuer.text() != resigning.rotation.before) continue;
        const bool revoked =
            jwt::is_revoked(account.claims().revocations, user->content.subject, user->issued_at);
        (revoked || user->expired(now) ? found.refused : found.what).push_back("user " + name.text());
        if (revoked || user->expired(now) || !resigning.sign) continue;
        const auto done = edit_user(resigning.tree, {.account = account_name,
                                                     .user = name,
                                                     .signer = resigning.rotation.after,
                                                     .change = [](auto&) { return base::Status(); }});
        if (!done) return done.error();
    }
    return {};
}

/// The same activation, signed by the new key; nothing where the old one has not signed it.
base::Result<std::optional<jwt::Token>> activation_by_new_key(const Resigning& resigning,
                                                              const RotatedAccount& exporter,
                                                              const jwt::Import& import) {
    const base::Time now = resigning.tree.clock.now();
    const auto activation = jwt::decode<jwt::ActivationClaims>(import.token);
    if (!activation || activation->issuer.text() != resigning.rotation.before || activation->expired(now))
        return std::optional<jwt::Token>();
    const bool revoked = std::ranges::any_of(exporter.claims().exports, [&](const jwt::Export& one) {
        return jwt::is_revoked(one.revocations, activation->content.subject, activation->issued_at);
    });
    if (revoked) return std::optional<jwt::Token>();
    if (!resigning.sign) return std::optional(activation->token);
    const auto after = nkeys::PublicKey::parse(resigning.rotation.after);
    if (!after) return after.error();
    const auto key = resigning.tree.keys.load(*after);
    if (!key) return key.error();
    auto token = jwt::sign(activation->content, *key, now);
    if (!token) return token.error();
    return std::optional(*std::move(token));
}

base::Status look_at_imports(const Resigning& resigning, const RotatedAccount& exporter, const Name& importer,
                             SignedByOld& found) {
    const auto account = resigning.tree.store.read_account(importer);
    if (!account) return account.error();
    std::vector<jwt::Import> imports = account->claims().imports;
    bool changed = false;
    for (jwt::Import& import : imports) {
        if (import.account != exporter.content.subject || import.token.empty()) continue;
        const auto token = activation_by_new_key(resigning, exporter, import);
        if (!token) return token.error();
        if (!*token) continue;
        import.token = (*token)->text();
        found.what.push_back("activation of " + import.subject + " for account " + importer.text());
        changed = true;
    }
    if (!changed) return {};
    found.accounts.push_back(importer);
    if (!resigning.sign) return {};
    return edit_account(resigning.tree,
                        {.account = importer, .signer = resigning.signer, .change = [&](auto& draft) {
                             draft.claims.imports = imports;
                             return base::Status();
                         }});
}

base::Status look_at_account(const Resigning& resigning, const Name& name, SignedByOld& found) {
    const auto account = resigning.tree.store.read_account(name);
    if (!account) return account.error();
    if (const auto done = look_at_users(resigning, name, *account, found); !done) return done;
    const auto others = resigning.tree.store.accounts();
    if (!others) return others.error();
    for (const Name& other : *others) {
        if (const auto done = look_at_imports(resigning, *account, other, found); !done) return done;
    }
    return {};
}

base::Result<SignedByOld> walk(const Resigning& resigning) {
    SignedByOld found;
    const Of of = resigning.rotation.of;
    if (of == Of::user || of == Of::account) return found;
    base::Status looked;
    if (of == Of::account_signing_key) {
        const auto account = Name::parse(resigning.rotation.account);
        if (!account) return account.error();
        looked = look_at_account(resigning, *account, found);
    } else {
        looked = look_at_accounts(resigning, found);
    }
    if (!looked) return looked.error();
    return found;
}

// ---- the old key goes

base::Status retire_operator_key(const Tree& tree, const Rotation& rotation, const std::string& signer) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto& keys = owner->claims().signing_keys;
    if (std::ranges::find(keys, rotation.before) == keys.end()) return {};
    return edit_operator(tree, signer, [&](jwt::Draft<jwt::OperatorClaims>& draft) {
        std::erase(draft.claims.signing_keys, rotation.before);
        return base::Status();
    });
}

base::Status revoke_old_user(const Tree& tree, const Rotation& rotation, const Name& account,
                             const std::string& signer) {
    const auto name = Name::parse(rotation.user);
    if (!name) return name.error();
    const auto user = tree.store.read_user(account, *name);
    if (!user && user.error().code != Errc::no_such_user) return user.error();
    const auto current = tree.store.read_account(account);
    if (!current) return current.error();
    // The new key's token is later than any of the old one's.
    const base::Time last = user ? user->issued_at : tree.clock.now();
    if (jwt::is_revoked(current->claims().revocations, rotation.before, last)) return {};
    const Revocation revocation = revocation_now(rotation.before, last, tree.clock.now());
    return edit_account(tree, {.account = account, .signer = signer, .change = [&](auto& draft) {
                                   (void)revoke(draft.claims.revocations, revocation);
                                   return base::Status();
                               }});
}

bool same_target(const Rotation& one, const WantedRotation& wanted) {
    return one.of == wanted.of && one.account == (wanted.account ? wanted.account->text() : "") &&
           one.user == (wanted.user ? wanted.user->text() : "");
}

}  // namespace

base::Result<std::optional<Rotation>> find_rotation(const Store& store, const WantedRotation& wanted) {
    auto rotations = unfinished_rotations(store);
    if (!rotations) return rotations.error();
    std::erase_if(*rotations, [&](const Rotation& one) { return !same_target(one, wanted); });
    if (wanted.of == Of::account_signing_key && !wanted.key.empty() && !rotations->empty()) {
        const auto account = store.read_account(*wanted.account);
        if (!account) return account.error();
        const auto& keys = account->claims().signing_keys;
        const auto has_role = [&](const std::string& key) {
            const auto listed = keys.find(key);
            return listed != keys.end() && listed->second && listed->second->role == wanted.key;
        };
        std::erase_if(*rotations, [&](const Rotation& one) {
            return one.before != wanted.key && !has_role(one.before) && !has_role(one.after);
        });
    }
    if (wanted.of == Of::operator_signing_key)
        std::erase_if(*rotations, [&](const Rotation& one) { return one.before != wanted.key; });
    if (rotations->size() > 1) return base::Error{Errc::several_match, "\"" + wanted.key + "\""};
    return rotations->empty() ? std::optional<Rotation>() : std::optional(rotations->front());
}

base::Result<Rotation> begin_rotation(const Tree& tree, const WantedRotation& wanted) {
    auto rotation = write_down(tree, wanted);
    if (!rotation) return rotation;
    base::Status named;
    switch (rotation->of) {
        case Of::operator_identity:
            named = name_identity(tree, *rotation);
            break;
        case Of::operator_signing_key:
            named = name_operator_key(tree, *rotation, wanted.signer);
            break;
        case Of::account:
            break;
        case Of::account_signing_key:
            named = name_signing_key(tree, *rotation, *wanted.account, wanted.signer);
            break;
        case Of::user:
            named = name_user_key(tree, *rotation, *wanted.account);
            break;
    }
    if (!named) return named.error();
    return rotation;
}

base::Result<SignedByOld> signed_by_old_key(const Tree& tree, const Rotation& rotation) {
    return walk({.tree = tree, .rotation = rotation});
}

base::Result<SignedByOld> sign_by_new_key(const Tree& tree, const Rotation& rotation,
                                          const std::string& signer) {
    return walk({.tree = tree, .rotation = rotation, .sign = true, .signer = signer});
}

base::Status retire_old_key(const Tree& tree, const Rotation& rotation, const std::string& signer) {
    if (is_of_operator(rotation.of)) return retire_operator_key(tree, rotation, signer);
    if (rotation.of == Of::account) return replace_by_successor(tree, rotation);
    const auto account = Name::parse(rotation.account);
    if (!account) return account.error();
    if (rotation.of == Of::user) return revoke_old_user(tree, rotation, *account, signer);
    const auto current = tree.store.read_account(*account);
    if (!current) return current.error();
    if (!current->claims().signing_keys.contains(rotation.before)) return {};
    return edit_account(tree, {.account = *account, .signer = signer, .change = [&](auto& draft) {
                                   draft.claims.signing_keys.erase(rotation.before);
                                   return base::Status();
                               }});
}

base::Status end_rotation(const Tree& tree, const Rotation& rotation) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    return remove_rotation(tree.store, *lock, rotation);
}

}  // namespace natscreds::accounts
