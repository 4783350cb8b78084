// Whether an operator stands behind a user's credentials, and what they allow.
//
//   verify OPERATOR.jwt ACCOUNT.jwt USER.creds
#include <iostream>

#include <natscreds/base/file.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/jwt/trust.h>

using namespace natscreds;

namespace {

template <class C>
base::Result<jwt::Decoded<C>> decode_file(const char* path) {
    const base::Result<std::string> text = base::read_file(path, 1'000'000);
    if (!text) return text.error();
    return jwt::decode<C>(*text);
}

base::Status verify(const char* operator_file, const char* account_file, const char* creds_file) {
    const base::Time now = base::SystemClock().now();
    auto trusted_operator = decode_file<jwt::OperatorClaims>(operator_file);
    if (!trusted_operator) return trusted_operator.error();
    auto account = decode_file<jwt::AccountClaims>(account_file);
    if (!account) return account.error();
    const auto creds = jwt::Credentials::load(creds_file);
    if (!creds) return creds.error();

    const auto chain = jwt::TrustChain::create(*std::move(trusted_operator), now);
    if (!chain) return chain.error();
    const auto trusted_account = chain->authorize(*std::move(account), now);
    if (!trusted_account) return trusted_account.error();
    const auto user = chain->authorize(creds->user(), *trusted_account, now);
    if (!user) return user.error();
    const auto allowed = jwt::effective_permissions(*user, *trusted_account);
    if (!allowed) return allowed.error();

    std::cout << user->decoded().content.name << " of " << trusted_account->decoded().content.name << '\n';
    for (const std::string& subject : allowed->pub.allow)
        std::cout << "may publish on " << subject << '\n';
    for (const std::string& subject : allowed->sub.allow)
        std::cout << "may subscribe to " << subject << '\n';
    return {};
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) {
        std::cerr << "usage: verify OPERATOR.jwt ACCOUNT.jwt USER.creds\n";
        return 2;
    }
    const base::Status verified = verify(words[1], words[2], words[3]);
    if (!verified) std::cerr << verified.error().message() << '\n';
    return verified ? 0 : 1;
}
