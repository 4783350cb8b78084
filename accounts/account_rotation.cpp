#include <natscreds/accounts/account_rotation.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include <natscreds/accounts/edit.h>
#include <natscreds/accounts/errc.h>
#include <natscreds/accounts/reissue.h>
#include <natscreds/accounts/remove.h>
#include <natscreds/jwt/trust.h>

#include "user_creds.h"

namespace natscreds::accounts {
namespace {

using OldAccount = jwt::Decoded<jwt::AccountClaims>;

/// With one token replaced by another wherever it stands.
std::string with_token(const std::string& subject, const std::string& before, const std::string& after) {
    std::string made;
    std::size_t start = 0;
    while (true) {
        const std::size_t end = subject.find('.', start);
        const std::string token = subject.substr(start, end == std::string::npos ? end : end - start);
        made += token == before ? after : token;
        if (end == std::string::npos) return made;
        made += '.';
        start = end + 1;
    }
}

/// The key to sign with instead of this one: the new account's for the old one's, and each signing key for itself. Nothing
/// where the keystore does not have it.
base::Result<std::optional<nkeys::SigningKey>> signer_instead(const Tree& tree, const Rotation& rotation,
                                                              const std::string& issuer) {
    using Found = std::optional<nkeys::SigningKey>;
    const auto key = nkeys::PublicKey::parse(issuer == rotation.before ? rotation.after : issuer);
    if (!key) return key.error();
    if (!tree.keys.holds(*key)) return Found();
    auto loaded = tree.keys.load(*key);
    if (!loaded) return loaded.error();
    return Found(*std::move(loaded));
}

std::string address_instead(const Rotation& rotation, const std::string& account) {
    return account == rotation.before ? rotation.after : account;
}

/// The same activation between the accounts as they are addressed from now on; nothing where whoever signed it cannot here.
base::Result<std::optional<std::string>> activation_instead(const Tree& tree, const Rotation& rotation,
                                                            const jwt::Import& import) {
    using Found = std::optional<std::string>;
    auto activation = jwt::decode<jwt::ActivationClaims>(import.token);
    if (!activation || activation->expired(tree.clock.now())) return Found();
    const auto key = signer_instead(tree, rotation, activation->issuer.text());
    if (!key) return key.error();
    if (!*key) return Found();
    jwt::Draft<jwt::ActivationClaims> draft = activation->content;
    draft.subject = address_instead(rotation, draft.subject);
    draft.claims.issuer_account = address_instead(rotation, draft.claims.issuer_account);
    const auto token = jwt::sign(draft, **key, tree.clock.now());
    if (!token) return token.error();
    return Found(token->text());
}

/// Whether the exporting account, where it is in the store, has revoked this account's activations.
base::Result<bool> revoked_by_exporter(const Tree& tree, const jwt::Import& import, const std::string& key) {
    const auto names = tree.store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = tree.store.read_account(name);
        if (!account) return account.error();
        if (account->content.subject != import.account) continue;
        const auto activation = jwt::decode<jwt::ActivationClaims>(import.token);
        return activation && std::ranges::any_of(account->claims().exports, [&](const jwt::Export& one) {
                   return jwt::is_revoked(one.revocations, key, activation->issued_at);
               });
    }
    return false;
}

base::Status address_own_import(const Tree& tree, const Rotation& rotation, jwt::Import& import,
                                Succession& made) {
    import.subject = with_token(import.subject, rotation.before, rotation.after);
    if (import.token.empty()) return {};
    const auto revoked = revoked_by_exporter(tree, import, rotation.before);
    if (!revoked) return revoked.error();
    using Token = base::Result<std::optional<std::string>>;
    const Token token = *revoked ? Token(std::nullopt) : activation_instead(tree, rotation, import);
    if (!token) return token.error();
    if (!*token)
        made.left_out.push_back("the activation to import " + import.subject +
                                ", which the exporting account has to make for " + rotation.after);
    import.token = token->value_or("");
    return {};
}

/// Written below its new name first as the old one is, and then changed as any other.
base::Status write_successor(const Tree& tree, const Rotation& rotation, const std::string& signer,
                             Succession& made) {
    const auto next = successor_name(rotation);
    if (!next) return next.error();
    const auto there = tree.store.read_account(*next);
    if (there && there->content.subject == rotation.after) return {};
    if (there && there->content.subject != rotation.before)
        return base::Error{Errc::account_exists, "\"" + next->text() + "\""};
    const auto name = Name::parse(rotation.account);
    if (!name) return name.error();
    const auto old = tree.store.read_account(*name);
    if (!old) return old.error();
    std::vector<jwt::Import> imports = old->claims().imports;
    for (jwt::Import& import : imports) {
        if (const auto addressed = address_own_import(tree, rotation, import, made); !addressed)
            return addressed;
    }
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (const auto written = tree.store.write_account(*lock, *next, old->token); !written) return written;
    made.accounts.push_back(*next);
    return edit_account(tree, *lock, {.account = *next, .signer = signer, .change = [&](auto& draft) {
                                          draft.subject = rotation.after;
                                          draft.claims.imports = imports;
                                          return base::Status();
                                      }});
}

/// Why a user is not signed anew; empty where it is.
std::string reason_against(const Tree& tree, const OldAccount& account,
                           const jwt::Decoded<jwt::UserClaims>& user) {
    if (user.expired(tree.clock.now())) return "has expired";
    const auto& revocations = account.claims().revocations;
    return jwt::is_revoked(revocations, user.content.subject, user.issued_at) ? "is revoked" : "";
}

base::Status copy_user_to_successor(const Tree& tree, const Rotation& rotation, const OldAccount& account,
                                    const jwt::Decoded<jwt::UserClaims>& user, const Store::UserFile& file,
                                    Succession& made) {
    std::string against = reason_against(tree, account, user);
    const auto key = signer_instead(tree, rotation, user.issuer.text());
    if (!key) return key.error();
    if (against.empty() && !*key) against = "is signed by " + user.issuer.text() + ", which is not here";
    if (!against.empty()) {
        made.left_out.push_back("user " + file.user.text() + " " + against);
        return {};
    }
    jwt::Draft<jwt::UserClaims> draft = user.content;
    draft.claims.issuer_account = address_instead(rotation, draft.claims.issuer_account);
    const auto token = jwt::sign(draft, **key, tree.clock.now());
    if (!token) return token.error();
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto written = write_user_and_creds(tree, *lock, {file, *token});
    if (!written) return written.error();
    made.what.push_back("user " + file.user.text());
    return {};
}

base::Status copy_users_to_successor(const Tree& tree, const Rotation& rotation, Succession& made) {
    const auto next = successor_name(rotation);
    const auto name = Name::parse(rotation.account);
    if (!next || !name) return (next ? name : next).error();
    const auto account = tree.store.read_account(*name);
    if (!account) return account.error();
    const auto users = tree.store.users(*name);
    if (!users) return users.error();
    for (const Name& one : *users) {
        if (tree.store.holds_user(*next, one)) continue;
        const auto user = tree.store.read_user(*name, one);
        if (!user) return user.error();
        const auto copied = copy_user_to_successor(tree, rotation, *account, *user, {*next, one}, made);
        if (!copied) return copied;
    }
    return {};
}

/// Each other account of the store, where this changes something of its imports or its auth callout.
base::Status change_others(const Tree& tree, const Rotation& rotation,
                           const std::function<base::Result<bool>(const Name&, jwt::AccountClaims&)>& change,
                           Succession& made) {
    const auto names = tree.store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = tree.store.read_account(name);
        if (!account) return account.error();
        if (account->content.subject == rotation.before) continue;
        jwt::AccountClaims claims = account->claims();
        const auto changed = change(name, claims);
        if (!changed) return changed.error();
        if (!*changed) continue;
        const auto edited = edit_account(tree, {.account = name, .signer = "", .change = [&](auto& draft) {
                                                    draft.claims.imports = claims.imports;
                                                    draft.claims.authorization = claims.authorization;
                                                    return base::Status();
                                                }});
        if (!edited) return edited;
        made.accounts.push_back(name);
    }
    return {};
}

base::Result<bool> allow_successor(const Rotation& rotation, jwt::AccountClaims& claims) {
    auto& allowed = claims.authorization.allowed_accounts;
    if (std::ranges::count(allowed, rotation.before) == 0 || std::ranges::count(allowed, rotation.after) != 0)
        return false;
    allowed.push_back(rotation.after);
    return true;
}

base::Result<bool> move_imports(const Tree& tree, const Rotation& rotation, const Name& importer,
                                jwt::AccountClaims& claims, Succession& made) {
    bool changed = std::erase(claims.authorization.allowed_accounts, rotation.before) > 0;
    for (jwt::Import& import : claims.imports) {
        if (import.account != rotation.before) continue;
        const std::string what = "import of " + import.subject + " in account " + importer.text();
        if (!import.token.empty()) {
            const auto token = activation_instead(tree, rotation, import);
            if (!token) return token.error();
            if (!*token) made.left_out.push_back("the activation for the " + what);
            import.token = token->value_or("");
        }
        import.account = rotation.after;
        made.what.push_back(what);
        changed = true;
    }
    return changed;
}

}  // namespace

base::Result<Name> successor_name(const Rotation& rotation) {
    return Name::parse(rotation.account + ".next");
}

base::Result<Succession> make_successor(const Tree& tree, const Rotation& rotation,
                                        const std::string& signer) {
    Succession made;
    if (const auto written = write_successor(tree, rotation, signer, made); !written) return written.error();
    if (const auto copied = copy_users_to_successor(tree, rotation, made); !copied) return copied.error();
    const auto allowed = change_others(
        tree, rotation,
        [&](const Name&, jwt::AccountClaims& claims) { return allow_successor(rotation, claims); }, made);
    if (!allowed) return allowed.error();
    return made;
}

base::Result<Succession> move_importers(const Tree& tree, const Rotation& rotation) {
    Succession made;
    const auto moved = change_others(
        tree, rotation,
        [&](const Name& name, jwt::AccountClaims& claims) {
            return move_imports(tree, rotation, name, claims, made);
        },
        made);
    if (!moved) return moved.error();
    return made;
}

base::Status replace_by_successor(const Tree& tree, const Rotation& rotation) {
    const auto next = successor_name(rotation);
    const auto name = Name::parse(rotation.account);
    if (!next || !name) return (next ? name : next).error();
    if (!tree.store.holds_account(*next)) return {};
    const auto old = tree.store.read_account(*name);
    if (old && old->content.subject == rotation.before) {
        const auto removed = remove_account(tree, *name, {.creds = true});
        if (!removed) return removed.error();
    }
    return rename_account(tree, *next, *name);
}

}  // namespace natscreds::accounts
