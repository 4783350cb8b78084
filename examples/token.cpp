// A key, and a signed token for it.
#include <iostream>

#include <natscreds/jwt/token.h>

using namespace natscreds;

int main() {
    base::SystemRandom random;
    const auto account = nkeys::SigningKey::generate(nkeys::Kind::account, random).value();
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    const base::Time now = base::SystemClock().now();

    jwt::Draft<jwt::UserClaims> user;
    user.subject = key.public_key().text();
    user.name = "wallyqs";
    user.expires = now + std::chrono::hours(1);
    user.claims.pub.allow = {"chat.>"};

    const auto token = jwt::sign(user, account, now);
    std::cout << (token ? token->text() : token.error().message()) << '\n';
    return token ? 0 : 1;
}
