// An auth callout of one's own: who knows the password may connect, and use the subjects below the own user name.
//
//   callout ACCOUNT SEED-FILE HASH-FILE        # as the user of NATS_USER and NATS_PASSWORD, on NATS_URL
//
// ACCOUNT is where users are put, SEED-FILE holds the key that the server's `issuer` names, and HASH-FILE an Argon2id
// hash. nats-provisioner does this with policies, revocation, sealed questions and several copies: docs/callout.md.
#include <algorithm>
#include <cctype>
#include <csignal>
#include <iostream>

#include <natscreds/base/ending.h>
#include <natscreds/base/file.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/base/process.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/settings.h>
#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/nkeys/key_file.h>

using namespace natscreds;

namespace {

struct Callout {
    std::string account;
    nkeys::SigningKey issuer;
    std::string password_hash;

    /// A user token; nothing for whoever may not connect.
    std::string user_token(const jwt::AuthorizationRequestClaims& asked, base::Time now) const {
        const std::string& name = asked.connect.user;
        // The name becomes a part of subjects.
        const bool plain =
            !name.empty() && std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c); });
        const auto matches = base::password_matches(password_hash, base::as_bytes(asked.connect.pass));
        if (!plain || !matches || !*matches) return {};
        jwt::Draft<jwt::UserClaims> user;
        user.subject = asked.user_nkey;
        user.name = name;
        user.audience = account;
        user.expires = now + std::chrono::hours(1);
        user.claims.pub.allow = {name + ".>"};
        user.claims.sub.allow = {name + ".>", "_INBOX.>"};
        return jwt::sign(user, issuer, now).value().text();
    }

    std::string answer(const std::string& question) const {
        const auto asked = jwt::decode<jwt::AuthorizationRequestClaims>(question);
        if (!asked || asked->content.audience != "nats-authorization-request") return {};
        const base::Time now = base::SystemClock().now();
        jwt::Draft<jwt::AuthorizationResponseClaims> reply;
        reply.subject = asked->claims().user_nkey;
        reply.audience = asked->claims().server.id;
        reply.claims.jwt = user_token(asked->claims(), now);
        if (reply.claims.jwt.empty()) reply.claims.error = "wrong name or password";
        const auto token = jwt::sign(reply, issuer, now);
        return token ? token->text() : std::string();
    }
};

int serve(const Callout& callout) {
    base::Ending ending({SIGTERM, SIGINT});
    const auto settings = bus::Settings::resolve({}, base::environment_variable).value();
    auto connection = bus::Connection::open(settings.load().value());
    if (!connection) return std::cerr << connection.error().message() << '\n', 1;
    const auto listening = connection->listen(
        {.subject = "$SYS.REQ.USER.AUTH", .queue = "callout"},
        [&](const bus::Message& question) {
            (void)connection->publish(question.reply, callout.answer(question.body));
        },
        std::chrono::seconds(5));
    if (!listening) return std::cerr << listening.error().message() << '\n', 1;
    std::cout << "serving" << std::endl;
    return ending.wait() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    if (count != 4) return std::cerr << "usage: callout ACCOUNT SEED-FILE HASH-FILE\n", 2;
    auto key = nkeys::load_seed(words[2]);
    auto hash = base::read_file(words[3], 4096);
    if (!key || !hash) return std::cerr << (key ? hash.error() : key.error()).message() << '\n', 1;
    hash->erase(hash->find_last_not_of('\n') + 1);
    return serve({.account = words[1], .issuer = *std::move(key), .password_hash = *std::move(hash)});
}
