#include <natscreds/accounts/import.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include <natscreds/accounts/signer.h>
#include <natscreds/jwt/validate.h>

#include "account_signer.h"
#include "user_creds.h"

namespace natscreds::accounts {
namespace {

struct Placed {
    Name name;
    std::optional<jwt::Decoded<jwt::AccountClaims>> before;
};

/// Where the account goes: to its older token, or to a name that nobody has.
base::Result<Placed> place_of(const Store& store, const jwt::Decoded<jwt::AccountClaims>& token) {
    const auto known = find_account(store, token.content.subject);
    if (!known) return known.error();
    if (*known) {
        const auto before = store.read_account(**known);
        if (!before) return before.error();
        return Placed{**known, *before};
    }
    const auto name = Name::parse(token.content.name);
    if (!name) return name.error();
    const auto taken = store.holds_account_but_for_case(*name);
    if (!taken) return taken.error();
    if (*taken) return base::Error{Errc::account_exists, "\"" + name->text() + "\", with another key"};
    return Placed{*name, std::nullopt};
}

base::Status check_replace(Replace replace, Errc exists, const std::string& name, base::Time issued_before,
                           base::Time issued_now) {
    if (replace == Replace::nothing) return base::Error{exists, "\"" + name + "\""};
    if (replace == Replace::older && issued_before > issued_now)
        return base::Error{Errc::newer_in_store, "\"" + name + "\""};
    return {};
}

/// Unlike what is made here, what comes may have ended, or begin some day.
template <class C>
base::Status check_import(const jwt::Decoded<C>& token, Soundness soundness, base::Time now) {
    if (soundness == Soundness::unknown) return {};
    for (const jwt::Issue& issue : jwt::validate(token, {.now = now})) {
        if (issue.severity != jwt::Severity::warning)
            return base::Error{Errc::not_valid, "\"" + token.content.name + "\": " + issue.text};
    }
    return {};
}

/// The account as it is stored: as it came, or signed anew.
base::Result<jwt::Token> token_for_store(const Tree& tree, const AccountImport& wanted) {
    const jwt::Decoded<jwt::AccountClaims>& account = wanted.token;
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    if (Signers::of(*owner).lists(account.issuer)) return account.token;
    const bool signed_itself = account.issuer.text() == account.content.subject;
    const bool anew =
        wanted.sign_anew == SignAnew::foreign || (wanted.sign_anew == SignAnew::self_signed && signed_itself);
    if (!anew) {
        return base::Error{Errc::not_a_signer,
                           "account \"" + account.content.name + "\" was signed by " + account.issuer.text()};
    }
    const auto signer = Signers::of(*owner).choose(tree.keys, wanted.signer);
    if (!signer) return signer.error();
    return jwt::sign(account.content, *signer,
                     std::max(tree.clock.now(), account.issued_at + std::chrono::seconds(1)));
}

/// The account that a user's token is of.
base::Result<Name> account_of_user(const Store& store, const jwt::Decoded<jwt::UserClaims>& user) {
    const std::string key =
        user.claims().issuer_account.empty() ? user.issuer.text() : user.claims().issuer_account;
    const auto account = find_account(store, key);
    if (!account) return account.error();
    if (!*account) return base::Error{Errc::no_such_account, key};
    return **account;
}

base::Status check_user_signature(const Store& store, const Name& account_name,
                                  const jwt::Decoded<jwt::UserClaims>& user) {
    const auto owner = store.read_operator();
    if (!owner) return owner.error();
    const auto account = store.read_account(account_name);
    if (!account) return account.error();
    const std::string issuer = user.issuer.text();
    if (issuer == account->content.subject || account->claims().signing_keys.contains(issuer)) return {};
    return base::Error{Errc::not_a_signer, "user \"" + user.content.name + "\" was signed by " + issuer};
}

base::Status check_user_place(const Store& store, const Store::UserFile& file, const UserImport& wanted) {
    if (!store.holds_user(file.account, file.user)) return {};
    const auto before = store.read_user(file.account, file.user);
    if (!before) return before.error();
    if (before->content.subject != wanted.token.content.subject) {
        return base::Error{Errc::user_exists, "\"" + file.user.text() + "\" in account \"" +
                                                  file.account.text() + "\", with another key"};
    }
    return check_replace(wanted.replace, Errc::user_exists, file.user.text(), before->issued_at,
                         wanted.token.issued_at);
}

}  // namespace

base::Result<std::optional<Name>> find_account(const Store& store, const std::string& key) {
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = store.read_account(name);
        if (account && account->content.subject == key) return std::optional(name);
    }
    return std::optional<Name>();
}

base::Result<ImportedAccount> import_account(const Tree& tree, const AccountImport& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto place = place_of(tree.store, wanted.token);
    if (!place) return place.error();
    ImportedAccount imported{.name = place->name};
    if (place->before && place->before->token == wanted.token.token && wanted.replace != Replace::nothing) {
        imported.changed = false;
        return imported;
    }
    if (place->before) {
        const base::Status may = check_replace(wanted.replace, Errc::account_exists, place->name.text(),
                                               place->before->issued_at, wanted.token.issued_at);
        if (!may) return may.error();
    }
    const auto token = token_for_store(tree, wanted);
    if (!token) return token.error();
    imported.signed_anew = *token != wanted.token.token;
    const base::Status sound = check_import(wanted.token, wanted.soundness, tree.clock.now());
    if (!sound) return sound.error();
    const base::Status written = tree.store.write_account(*lock, place->name, *token);
    if (!written) return written.error();
    return imported;
}

base::Result<ImportedUser> import_user(const Tree& tree, const UserImport& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    const auto account = account_of_user(tree.store, wanted.token);
    if (!account) return account.error();
    const auto name = Name::parse(wanted.token.content.name);
    if (!name) return name.error();
    if (const base::Status good = check_user_signature(tree.store, *account, wanted.token); !good)
        return good.error();
    if (const base::Status free = check_user_place(tree.store, {*account, *name}, wanted); !free)
        return free.error();
    const base::Status sound = check_import(wanted.token, wanted.soundness, tree.clock.now());
    if (!sound) return sound.error();
    if (wanted.key) {
        const auto stored = tree.keys.store(*wanted.key);
        if (!stored) return stored.error();
    }
    const auto creds = write_user_and_creds(tree, *lock, {{*account, *name}, wanted.token.token});
    if (!creds) return creds.error();
    return ImportedUser{.account = *account, .name = *name, .creds = *creds};
}

}  // namespace natscreds::accounts
