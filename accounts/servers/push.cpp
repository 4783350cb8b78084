#include <natscreds/accounts/servers/push.h>

#include <utility>

#include <natscreds/accounts/create.h>
#include <natscreds/accounts/signer.h>
#include <natscreds/accounts/soundness.h>
#include <natscreds/jwt/trust.h>

namespace natscreds::accounts {
namespace {

jwt::Permissions pushing_permissions() {
    jwt::Permissions permissions;
    permissions.pub.allow = {"$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", "$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE",
                             "$SYS.REQ.ACCOUNT.*.INFO",          "$SYS.REQ.CLAIMS.LIST",
                             "$SYS.REQ.CLAIMS.UPDATE",           "$SYS.REQ.SERVER.PING",
                             "$SYS.REQ.CLAIMS.DELETE",           "$SYS.REQ.SERVER.PING.CONNZ",
                             "$SYS.REQ.SERVER.PING.LEAFZ",       "$SYS.REQ.SERVER.PING.GATEWAYZ",
                             "$SYS.REQ.SERVER.PING.ROUTEZ",      "$SYS.REQ.SERVER.PING.VARZ",
                             "$SYS.REQ.SERVER.PING.JSZ"};
    permissions.sub.allow = {"_INBOX.>", "_INBOX_.>"};
    return permissions;
}

/// A key that may sign a user with permissions of its own: none with a scope.
base::Result<nkeys::SigningKey> plain_signer(const Tree& tree,
                                             const jwt::Decoded<jwt::AccountClaims>& account,
                                             const Signers& signers) {
    for (const std::string& text : signers.keys()) {
        const auto listed = account.claims().signing_keys.find(text);
        const bool scoped = listed != account.claims().signing_keys.end() && listed->second;
        const auto key = nkeys::PublicKey::parse(text);
        if (!scoped && key && tree.keys.holds(*key)) return tree.keys.load(*key);
    }
    return base::Error{Errc::no_signer, "account \"" + account.content.name + "\""};
}

struct PassingUser {
    std::string name;
    jwt::Permissions permissions;
};

base::Result<jwt::Credentials> make_passing_user(const Tree& tree,
                                                 const jwt::Decoded<jwt::AccountClaims>& account,
                                                 const nkeys::SigningKey& signer, const PassingUser& user) {
    auto key = nkeys::SigningKey::generate(nkeys::Kind::user, tree.random);
    if (!key) return key.error();
    const base::Time now = tree.clock.now();
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key->public_key().text();
    draft.name = user.name;
    draft.expires = now + std::chrono::minutes(2);
    static_cast<jwt::Permissions&>(draft.claims) = user.permissions;
    const bool by_identity = signer.public_key().text() == account.content.subject;
    if (!by_identity) draft.claims.issuer_account = account.content.subject;
    const auto token = jwt::sign(draft, signer, now);
    if (!token) return token.error();
    auto made = jwt::decode<jwt::UserClaims>(token->text());
    if (!made) return made.error();
    return jwt::Credentials::create(*std::move(made), *std::move(key));
}

/// The account that is named, or else the operator's system account.
base::Result<Name> find_system_account(const Store& store, const jwt::Decoded<jwt::OperatorClaims>& owner,
                                       const std::optional<Name>& named) {
    if (named) return *named;
    const auto names = store.accounts();
    if (!names) return names.error();
    for (const Name& name : *names) {
        const auto account = store.read_account(name);
        if (account && account->content.subject == owner.claims().system_account) return name;
    }
    return base::Error{Errc::no_system_account, "\"" + store.name().text() + "\""};
}

}  // namespace

base::Result<jwt::Credentials> pushing_user(const Tree& tree, const SystemUser& named) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto name = find_system_account(tree.store, *owner, named.account);
    if (!name) return name.error();
    if (named.user) return user_credentials(tree.store, tree.keys, {*name, *named.user});
    const auto account = tree.store.read_account(*name);
    if (!account) return account.error();
    const auto signer = plain_signer(tree, *account, Signers::of(*owner, *account));
    if (signer)
        return make_passing_user(tree, *account, *signer,
                                 {"nsctl temporary push user", pushing_permissions()});
    const auto users = tree.store.users(*name);
    if (!users) return users.error();
    for (const Name& user : *users) {
        auto stored = user_credentials(tree.store, tree.keys, {*name, user});
        if (stored) return stored;
    }
    return signer.error();
}

base::Result<jwt::Credentials> passing_user(const Tree& tree, const Name& account, const std::string& name,
                                            const jwt::Permissions& permissions) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto claims = tree.store.read_account(account);
    if (!claims) return claims.error();
    const auto signer = plain_signer(tree, *claims, Signers::of(*owner, *claims));
    if (!signer) return signer.error();
    return make_passing_user(tree, *claims, *signer, {name, permissions});
}

base::Result<jwt::Token> removal_request(const Tree& tree, const std::string& account_key,
                                         std::string_view signer) {
    const auto owner = tree.store.read_operator();
    if (!owner) return owner.error();
    const auto key = Signers::of(*owner).choose(tree.keys, signer);
    if (!key) return key.error();
    const base::Time now = tree.clock.now();
    jwt::Draft<jwt::GenericClaims> draft;
    // Servers want it to be about the key that signs it.
    draft.subject = key->public_key().text();
    draft.name = "nsctl removal of an account";
    draft.expires = now + std::chrono::minutes(2);
    draft.claims.body = R"({"accounts":[")" + account_key + R"("]})";
    return jwt::sign(draft, *key, now);
}

base::Status check_push(const PushCandidate& candidate, base::Time now) {
    const auto& [owner, account, live] = candidate;
    const auto chain = jwt::TrustChain::create(owner, now);
    if (!chain) return chain.error();
    const auto trusted = chain->authorize(account, now);
    if (!trusted) return trusted.error();
    const std::vector<std::string> errors = errors_in(account, now);
    if (!errors.empty()) return base::Error{Errc::not_valid, errors.front()};
    for (const jwt::Decoded<jwt::AccountClaims>& one : live) {
        if (one.issued_at > account.issued_at)
            return base::Error{Errc::older_than_live, account.content.subject};
    }
    return {};
}

}  // namespace natscreds::accounts
