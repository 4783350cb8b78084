#include <natscreds/accounts/create.h>

#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/soundness.h>

#include "account_signer.h"
#include "new_user.h"
#include "under_scope.h"
#include "user_creds.h"

namespace natscreds::accounts {
namespace {

base::Result<nkeys::SigningKey> make_key(const Tree& tree, nkeys::Kind kind) {
    base::Result<nkeys::SigningKey> key = nkeys::SigningKey::generate(kind, tree.random);
    if (!key) return key;
    const auto stored = tree.keys.store(*key);
    if (!stored) return stored.error();
    return key;
}

base::Result<nkeys::PublicKey> given_or_made(const Tree& tree, const std::optional<nkeys::PublicKey>& given,
                                             nkeys::Kind kind) {
    if (given) return nkeys::PublicKey::parse(given->text(), kind);
    const base::Result<nkeys::SigningKey> made = make_key(tree, kind);
    if (!made) return made.error();
    return made->public_key();
}

template <class C>
jwt::Draft<C> draft(const nkeys::PublicKey& subject, const Name& name, const Validity& validity) {
    jwt::Draft<C> made;
    made.subject = subject.text();
    made.name = name.text();
    made.not_before = validity.not_before;
    made.expires = validity.expires;
    return made;
}

const char* const sys_accounts_page = "https://docs.nats.io/nats-server/configuration/sys_accounts";

/// What lets accounts import what the server says about themselves. Source: nsc cmd/init.go.
std::vector<jwt::Export> system_exports() {
    jwt::Export streams;
    streams.name = "account-monitoring-streams";
    streams.subject = "$SYS.ACCOUNT.*.>";
    streams.type = "stream";
    streams.account_token_position = 3;
    streams.description = "Account specific monitoring stream";
    streams.info_url = sys_accounts_page;
    jwt::Export services;
    services.name = "account-monitoring-services";
    services.subject = "$SYS.REQ.ACCOUNT.*.*";
    services.type = "service";
    services.response_type = "Stream";
    services.account_token_position = 4;
    services.description =
        "Request account specific monitoring services for: SUBSZ, CONNZ, LEAFZ, JSZ and INFO";
    services.info_url = sys_accounts_page;
    return {streams, services};
}

struct SystemNames {
    Name account;
    Name user;
};

base::Result<SystemNames> system_names() {
    base::Result<Name> account = Name::parse("SYS");
    base::Result<Name> user = Name::parse("sys");
    if (!account) return account.error();
    if (!user) return user.error();
    return SystemNames{*account, *user};
}

struct SystemKeys {
    nkeys::SigningKey account;
    nkeys::SigningKey signing_key;
    nkeys::SigningKey user;
};

base::Result<SystemKeys> make_system_keys(const Tree& tree) {
    base::Result<nkeys::SigningKey> account = make_key(tree, nkeys::Kind::account);
    if (!account) return account.error();
    base::Result<nkeys::SigningKey> signing_key = make_key(tree, nkeys::Kind::account);
    if (!signing_key) return signing_key.error();
    base::Result<nkeys::SigningKey> user = make_key(tree, nkeys::Kind::user);
    if (!user) return user.error();
    return SystemKeys{*std::move(account), *std::move(signing_key), *std::move(user)};
}

base::Result<CreatedOperator::System> create_system_account(const Tree& tree, const StoreLock& lock,
                                                            const nkeys::SigningKey& signer) {
    const base::Result<SystemNames> names = system_names();
    if (!names) return names.error();
    const base::Result<SystemKeys> keys = make_system_keys(tree);
    if (!keys) return keys.error();

    auto account = draft<jwt::AccountClaims>(keys->account.public_key(), names->account, {});
    account.claims.exports = system_exports();
    account.claims.signing_keys.emplace(keys->signing_key.public_key().text(), std::nullopt);
    const base::Result<jwt::Token> account_token = jwt::sign(account, signer, tree.clock.now());
    if (!account_token) return account_token.error();

    auto user = draft<jwt::UserClaims>(keys->user.public_key(), names->user, {});
    user.claims.issuer_account = account.subject;
    const base::Result<jwt::Token> user_token = jwt::sign(user, keys->signing_key, tree.clock.now());
    if (!user_token) return user_token.error();

    const base::Status wrote_account = tree.store.write_account(lock, names->account, *account_token);
    if (!wrote_account) return wrote_account.error();
    const auto creds = write_user_and_creds(tree, lock, {{names->account, names->user}, *user_token});
    if (!creds) return creds.error();
    return CreatedOperator::System{keys->account.public_key(), keys->user.public_key(),
                                   creds->value_or(std::filesystem::path())};
}

base::Error operator_exists(const Store& store) {
    return base::Error{Errc::operator_exists, "\"" + store.name().text() + "\""};
}

/// A newer token of the operator that is there may take the place of the older one. Another operator may not: no
/// server would know its accounts any more.
base::Status check_is_same_operator(const Store& store, const jwt::Decoded<jwt::OperatorClaims>& token) {
    const auto before = store.read_operator();
    if (!before) return before.error();
    if (before->content.subject == token.content.subject) return {};
    return base::Error{Errc::operator_exists,
                       operator_exists(store).detail + ", with another key: " + before->content.subject};
}

/// The operator's signing key, where one is wanted.
base::Result<std::optional<nkeys::SigningKey>> make_operator_signing_key(const Tree& tree, Extras extras) {
    if (!contains(extras, Extras::signing_key)) return std::optional<nkeys::SigningKey>();
    base::Result<nkeys::SigningKey> made = make_key(tree, nkeys::Kind::operator_);
    if (!made) return made.error();
    return std::optional(*std::move(made));
}

base::Status check_account_is_new(const Store& store, const Name& name) {
    // Two accounts that differ only in case would be one folder on some systems.
    const base::Result<bool> taken = store.holds_account_but_for_case(name);
    if (!taken) return taken.error();
    if (*taken) return base::Error{Errc::account_exists, "\"" + name.text() + "\""};
    return {};
}

base::Status check_user_is_new(const Store& store, const NewUser& wanted) {
    if (!store.holds_user(wanted.account, wanted.name)) return {};
    return base::Error{Errc::user_exists,
                       "\"" + wanted.name.text() + "\" in account \"" + wanted.account.text() + "\""};
}

struct SignedUser {
    nkeys::PublicKey key;
    jwt::Token token;
};

base::Result<SignedUser> sign_user(const Tree& tree, const NewUser& wanted) {
    const auto issuer = find_user_issuer(tree, wanted.account, wanted.signer);
    if (!issuer) return issuer.error();
    const auto claims = claims_under(wanted.claims, issuer->account.content, issuer->key.public_key());
    if (!claims) return claims.error();
    const base::Result<nkeys::PublicKey> key = given_or_made(tree, wanted.key, nkeys::Kind::user);
    if (!key) return key.error();
    auto user = draft<jwt::UserClaims>(*key, wanted.name, wanted.validity);
    user.claims = *claims;
    base::Result<jwt::Token> token = sign_new_user(user, issuer->key, tree.clock.now());
    if (!token) return token.error();
    return SignedUser{*key, *std::move(token)};
}

}  // namespace

base::Result<CreatedOperator> create_operator(const Tree& tree, NewOperator wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (tree.store.holds_operator()) return operator_exists(tree.store);
    const base::Result<nkeys::SigningKey> key =
        wanted.key ? *std::move(wanted.key) : make_key(tree, nkeys::Kind::operator_);
    if (!key) return key.error();
    const auto signing_key = make_operator_signing_key(tree, wanted.extras);
    if (!signing_key) return signing_key.error();

    auto owner = draft<jwt::OperatorClaims>(key->public_key(), tree.store.name(), wanted.validity);
    CreatedOperator created{.key = key->public_key(), .signing_key = {}, .system = {}};
    if (*signing_key) {
        created.signing_key = (*signing_key)->public_key();
        owner.claims.signing_keys.push_back(created.signing_key->text());
    }
    if (contains(wanted.extras, Extras::system_account)) {
        const auto system = create_system_account(tree, *lock, *signing_key ? **signing_key : *key);
        if (!system) return system.error();
        created.system = *system;
        owner.claims.system_account = system->account.text();
    }
    const base::Result<jwt::Token> token = jwt::sign(owner, *key, tree.clock.now());
    if (!token) return token.error();
    const base::Status written = tree.store.write_operator(*lock, *token);
    if (!written) return written.error();
    return created;
}

base::Status import_operator(const Tree& tree, const jwt::Decoded<jwt::OperatorClaims>& token,
                             base::Existing existing) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (tree.store.holds_operator()) {
        if (existing == base::Existing::refuse) return operator_exists(tree.store);
        if (base::Status same = check_is_same_operator(tree.store, token); !same) return same;
    }
    return tree.store.write_operator(*lock, token.token);
}

base::Result<nkeys::PublicKey> create_account(const Tree& tree, const NewAccount& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (base::Status fresh = check_account_is_new(tree.store, wanted.name); !fresh) return fresh.error();
    auto chosen = choose_account_signer(tree, wanted.signer);
    if (!chosen) return chosen.error();
    base::Result<nkeys::PublicKey> key = given_or_made(tree, wanted.key, nkeys::Kind::account);
    if (!key) return key;
    auto account = draft<jwt::AccountClaims>(*key, wanted.name, wanted.validity);
    account.claims.default_permissions = wanted.default_permissions;
    const auto signer = or_own_key(*std::move(chosen), account.subject, tree.keys);
    if (!signer) return signer.error();
    const base::Time now = tree.clock.now();
    const base::Result<jwt::Token> token = jwt::sign(account, *signer, now);
    if (!token) return token.error();
    if (base::Status sound = check_sound<jwt::AccountClaims>(*token, now); !sound) return sound.error();
    const base::Status written = tree.store.write_account(*lock, wanted.name, *token);
    if (!written) return written.error();
    return key;
}

base::Result<CreatedUser> create_user(const Tree& tree, const NewUser& wanted) {
    const base::Result<StoreLock> lock = tree.store.lock();
    if (!lock) return lock.error();
    if (base::Status fresh = check_user_is_new(tree.store, wanted); !fresh) return fresh.error();
    const base::Result<SignedUser> user = sign_user(tree, wanted);
    if (!user) return user.error();
    const auto creds = write_user_and_creds(tree, *lock, {{wanted.account, wanted.name}, user->token});
    if (!creds) return creds.error();
    return CreatedUser{.key = user->key, .creds = *creds};
}

base::Result<jwt::Credentials> user_credentials(const Store& store, const KeyStore& keys,
                                                const Store::UserFile& user) {
    auto token = store.read_user(user.account, user.user);
    if (!token) return token.error();
    const base::Result<nkeys::PublicKey> subject = nkeys::PublicKey::parse(token->content.subject);
    if (!subject) return subject.error();
    base::Result<nkeys::SigningKey> key = keys.load(*subject);
    if (!key) return key.error();
    return jwt::Credentials::create(*std::move(token), *std::move(key));
}

}  // namespace natscreds::accounts
