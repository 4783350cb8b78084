#include <support/trust_tree.h>

#include <support/signing.h>

namespace natscreds::support {
TrustTree::TrustTree(const EditAccount& edit)
    : operator_key_(new_key(nkeys::Kind::operator_)),
      account_key_(new_key(nkeys::Kind::account)),
      signing_key_(new_key(nkeys::Kind::account)) {
    jwt::Draft<jwt::OperatorClaims> trusted;
    trusted.subject = operator_key_.public_key().text();
    trusted.name = "KO";
    operator_token_ = jwt::sign(trusted, operator_key_, real_time())->text();

    jwt::Draft<jwt::AccountClaims> account;
    account.subject = account_key_.public_key().text();
    account.name = "KUBECON";
    account.claims.signing_keys[signing_key_.public_key().text()] = std::nullopt;
    if (edit) edit(account);
    account_token_ = jwt::sign(account, operator_key_, real_time())->text();
    folder_.write("KUBECON.jwt", account_token_);
    write_secret(signing_key_file(), signing_key_.seed_text());

    const std::vector<std::string> inboxes{"_INBOX.>", "_R_", "_R_.>"};
    jwt::Permissions service;
    service.pub.allow = inboxes;
    service.sub.allow = inboxes;
    jwt::Permissions requester = service;
    service.sub.allow.emplace_back("chat.req.access");
    requester.pub.allow.emplace_back("chat.req.access");
    write_user("chat-access", service);
    write_user("chat-creds-request", requester);
}

jwt::Credentials TrustTree::credentials(nkeys::SigningKey key, const EditUser& edit) const {
    jwt::Draft<jwt::UserClaims> user;
    user.subject = key.public_key().text();
    user.claims.issuer_account = account_key_.public_key().text();
    if (edit) edit(user);
    const std::string token = jwt::sign(user, signing_key_, real_time())->text();
    return jwt::Credentials::create(jwt::decode<jwt::UserClaims>(token).value(), std::move(key)).value();
}

void TrustTree::write_user(const std::string& name, const jwt::Permissions& permissions) {
    const jwt::Credentials made =
        credentials(new_key(nkeys::Kind::user), [&](jwt::Draft<jwt::UserClaims>& user) {
            user.name = name;
            static_cast<jwt::Permissions&>(user.claims) = permissions;
        });
    write_secret(folder_ / (name + ".creds"), made.text());
}

std::string TrustTree::config() const {
    return "operator: " + operator_token_ + "\nresolver: MEMORY\nresolver_preload: {\n  " +
           account_key_.public_key().text() + ": " + account_token_ + "\n}\n";
}

}  // namespace natscreds::support
