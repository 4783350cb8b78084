#include <support/fakes.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection_options.h>

namespace natscreds::bus {
namespace {

/// Options with credentials of a user whose JWT has these claims.
ConnectionOptions with_user(const jwt::UserClaims& claims) {
    support::FixedRandom random;
    const auto account = nkeys::SigningKey::generate(nkeys::Kind::account, random);
    auto user = nkeys::SigningKey::generate(nkeys::Kind::user, random);
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = user->public_key().text();
    draft.claims = claims;
    const auto token = jwt::sign(draft, *account, support::FakeClock().now());
    REQUIRE(token);
    ConnectionOptions options;
    options.credentials =
        jwt::Credentials::create(jwt::decode<jwt::UserClaims>(token->text()).value(), *std::move(user))
            .value();
    return options;
}

std::string own_inbox(const ConnectionOptions& options) {
    return "_INBOX_." + options.credentials->user().content.subject;
}

/// The subject that FixedRandom's user would listen on.
std::string own_inbox_subject() {
    return own_inbox(with_user({})) + ".>";
}

jwt::UserClaims listening(std::vector<std::string> allow, std::vector<std::string> deny = {}) {
    jwt::UserClaims claims;
    claims.sub.allow = std::move(allow);
    claims.sub.deny = std::move(deny);
    return claims;
}

TEST_CASE("Inbox: it is private where the JWT allows it, or leaves it to the scope") {
    for (const jwt::UserClaims& claims :
         {jwt::UserClaims{}, jwt::UserClaims::scoped(), listening({"a", own_inbox_subject()}),
          listening({"_INBOX_.*.>"}), listening({">"}), listening({}, {"_INBOX.>"})}) {
        const ConnectionOptions options = with_user(claims);
        CHECK(private_inbox_prefix(options) == own_inbox(options));
    }
}

TEST_CASE("Inbox: it is the common one where the JWT allows nothing else") {
    for (const jwt::UserClaims& claims :
         {listening({"_INBOX.>"}), listening({"_INBOX_.SOMEBODY.>"}), listening({">"}, {"_INBOX_.>"}),
          listening({}, {own_inbox_subject()})})
        CHECK(private_inbox_prefix(with_user(claims)) == "_INBOX");
    CHECK(private_inbox_prefix({}) == "_INBOX");
}

TEST_CASE("Servers: a bare host gets the scheme, and a password is masked") {
    CHECK(server_url("host") == "nats://host");
    CHECK(server_url("host:1") == "nats://host:1");
    CHECK(server_url("tls://host") == "tls://host");
    CHECK(server_url("TLS://Host") == "tls://Host");
    CHECK(without_password("nats://host:4222") == "nats://host:4222");
    CHECK(without_password("nats://user:hid@den@host:4222") == "nats://user:***@host:4222");
    CHECK(without_password("nats://token@host:4222") == "nats://***@host:4222");
    CHECK(without_password("user:hidden@host") == "user:***@host");
}

}  // namespace
}  // namespace natscreds::bus
