// What a client says before it knows with whom it talks: to a server that only begins like one.
#include <string>
#include <vector>

#include <support/bare_server.h>
#include <support/certificates.h>
#include <support/eventually.h>
#include <support/fakes.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/errc.h>
#include <natscreds/nkeys/key_file.h>

namespace natscreds::bus {
namespace {

using support::BareServer;

nkeys::SigningKey new_key(nkeys::Kind kind) {
    support::FixedRandom random;
    return nkeys::SigningKey::generate(kind, random).value();
}

jwt::Credentials credentials() {
    nkeys::SigningKey user = new_key(nkeys::Kind::user);
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = user.public_key().text();
    const auto token = jwt::sign(draft, new_key(nkeys::Kind::account), support::FakeClock().now());
    return jwt::Credentials::create(jwt::decode<jwt::UserClaims>(token->text()).value(), std::move(user))
        .value();
}

base::Secret secret(std::string_view text) {
    return base::Secret::copy_of(base::as_bytes(text));
}

ConnectionOptions to(const std::vector<std::string>& servers) {
    ConnectionOptions options;
    options.servers = servers;
    options.timeout = std::chrono::milliseconds(500);
    return options;
}

/// With everything that one should not hear.
ConnectionOptions with_secrets(ConnectionOptions options) {
    options.user = "wallyqs";
    options.password = secret("hidden-password");
    options.token = secret("hidden-token");
    options.credentials = credentials();
    return options;
}

TEST_CASE(
    "TLS: who asks for it by tls:// says nothing to a server without, wherever that stands in the list") {
    const BareServer bare;
    const BareServer other;
    const std::string tls = "tls://" + bare.address();
    const std::vector<std::vector<std::string>> lists{{tls},
                                                      {"tls://user:hidden@" + bare.address()},
                                                      {tls, "nats://" + other.address()},
                                                      {other.address(), tls}};
    const std::vector<std::string>& servers = lists[GENERATE(range(0, 4))];

    const base::Result<Connection> connection = Connection::open(with_secrets(to(servers)));

    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == Errc::cannot_connect);
    CHECK(connection.error().message().find("does not offer TLS") != std::string::npos);
    CHECK(support::eventually([&] { return bare.visits() > 0; }));
    CHECK(bare.received().empty());
    CHECK(other.received().empty());
}

TEST_CASE("TLS: who asks for it to come first says nothing to a server without") {
    const BareServer bare;
    ConnectionOptions options = with_secrets(to({"nats://" + bare.address()}));
    options.tls_first = true;

    const base::Result<Connection> connection = Connection::open(std::move(options));

    REQUIRE_FALSE(connection);
    if (!can_begin_with_tls()) CHECK(connection.error().code == Errc::bad_option);
    CHECK(bare.received().find("hidden") == std::string::npos);
    CHECK(bare.received().find("CONNECT") == std::string::npos);
}

TEST_CASE("TLS: who asks for it by authorities or by a certificate says nothing to a server without") {
    const BareServer bare;
    ConnectionOptions options = with_secrets(to({"nats://" + bare.address()}));
    const support::Certificates certificates;
    SECTION("authorities") {
        options.tls_ca = certificates.file("ca.pem");
    }
    SECTION("a certificate") {
        options.tls_cert = certificates.file("acme.pem");
        options.tls_key = certificates.file("acme-key.pem");
    }
    CHECK_FALSE(Connection::open(std::move(options)));
    CHECK(bare.received().empty());
}

TEST_CASE("TLS: who does not ask for it is heard by a server without, as these tests of silence presume") {
    const BareServer bare;
    ConnectionOptions options = to({"nats://" + bare.address()});
    options.user = "wallyqs";
    options.password = secret("hidden-password");
    CHECK(Connection::open(std::move(options)));
    CHECK(bare.received().find("hidden-password") != std::string::npos);
}

TEST_CASE("Nonce: to a server that sends none one says who one is, and signs nothing") {
    const BareServer bare(GENERATE("", R"("nonce":"")"));
    ConnectionOptions options = to({bare.address()});
    std::string shown;
    SECTION("credentials") {
        options.credentials = credentials();
        shown = options.credentials->user().token.text();
    }
    SECTION("an nkey") {
        options.nkey = new_key(nkeys::Kind::user);
        shown = options.nkey->public_key().text();
    }
    const base::Result<Connection> connection = Connection::open(std::move(options));
    REQUIRE(connection);
    CHECK(bare.received().find(shown) != std::string::npos);
    CHECK(bare.received().find("\"sig\"") == std::string::npos);
}

TEST_CASE("Nonce: a server's nonce is signed") {
    const BareServer bare(R"("nonce":"abcdefghijk")");
    ConnectionOptions options = to({bare.address()});
    options.credentials = credentials();
    REQUIRE(Connection::open(std::move(options)));
    CHECK(bare.received().find("\"sig\":\"") != std::string::npos);
}

}  // namespace
}  // namespace natscreds::bus
