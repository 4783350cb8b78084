// Every way to say who one is and where the servers are.
#include <optional>

#include <natscreds/base/random.h>
#include <natscreds/bus/server_info.h>
#include <natscreds/bus/settings.h>
#include <support/bare_server.h>
#include <support/process.h>
#include <support/temp_dir.h>
#include <support/trust_tree.h>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "bus_bench.h"

namespace natscreds::bus {
namespace {

using support::NatsServer;

/// An authority, a certificate for a server on 127.0.0.1 and one for a client, made for this test.
class Certificates {
  public:
    Certificates() {
        openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=ca "
            "-keyout ca.pem.key -out ca.pem");
        folder_.write("server.ext", "subjectAltName=IP:127.0.0.1");
        folder_.write("client.ext", "subjectAltName=email:wallyqs@example.com");
        issue("server");
        issue("client");
    }

    [[nodiscard]] std::string operator/(const std::string& name) const { return (folder_ / name).string(); }

    [[nodiscard]] std::string server_config() const {
        return "tls { cert_file: \"" + *this / "server.pem" + "\", key_file: \"" + *this / "server.pem.key" +
               "\", ca_file: \"" + *this / "ca.pem" +
               "\", verify_and_map: true }\n"
               "authorization { users: [ {user: \"wallyqs@example.com\"} ] }";
    }

  private:
    void issue(const std::string& name) const {
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name +
                " -keyout " + name + ".pem.key -out " + name + ".csr");
        openssl("x509 -req -in " + name +
                ".csr -CA ca.pem -CAkey ca.pem.key -CAcreateserial -days 1 -extfile " + name + ".ext -out " +
                name + ".pem");
    }
    void openssl(const std::string& arguments) const {
        const support::Outcome made =
            support::run({.argv = {"sh", "-c", "exec openssl " + arguments}, .folder = folder_.path()});
        if (made.exit_code != 0) FAIL(made.err);
    }

    support::TempDir folder_;
};

ConnectionOptions to(const NatsServer& server) {
    ConnectionOptions options;
    options.servers = {server.url()};
    return options;
}

TEST_CASE("TLS: a client certificate of the server's authority is let in as whom it names, and none is not") {
    const Certificates certificates;
    const Certificates others;
    const NatsServer server(each_server(), {.config = certificates.server_config()});
    ConnectionOptions options = to(server);
    options.tls_ca = certificates / "ca.pem";
    SECTION("as it should be") {
        options.tls_cert = certificates / "client.pem";
        options.tls_key = certificates / "client.pem.key";
        Connection connection = connect(std::move(options));
        CHECK(connection.flush(default_timeout));
        CHECK(read_server_info(server.url(), default_timeout).value().tls_required);
    }
    SECTION("no certificate") {
        CHECK_FALSE(Connection::open(std::move(options)));
    }
    SECTION("one of another authority") {
        options.tls_cert = others / "client.pem";
        options.tls_key = others / "client.pem.key";
        CHECK_FALSE(Connection::open(std::move(options)));
    }
    SECTION("a server of another authority") {
        options.tls_cert = certificates / "client.pem";
        options.tls_key = certificates / "client.pem.key";
        options.tls_ca = others / "ca.pem";
        CHECK(Connection::open(std::move(options)).error().code == Errc::cannot_connect);
    }
}

TEST_CASE("Ways in: a token is enough where the server wants one, and a wrong one is refused") {
    const NatsServer server(each_server(), {.config = "authorization { token: hidden }"});
    ConnectionOptions options = to(server);
    options.token = base::Secret::copy_of(base::as_bytes("hidden"));
    Connection connection = connect(std::move(options));
    CHECK(connection.flush(default_timeout));
    ConnectionOptions wrong = to(server);
    wrong.token = base::Secret::copy_of(base::as_bytes("guessed"));
    CHECK(Connection::open(std::move(wrong)).error().code == Errc::not_authorized);
}

/// What a program connects with that is given this for its servers.
ConnectionOptions given(const std::string& servers) {
    const auto settings =
        Settings::resolve({{Key::server, servers}}, [](std::string_view) { return std::nullopt; });
    base::Result<ConnectionOptions> options = settings.value().load();
    if (!options) FAIL(options.error().message());
    return *std::move(options);
}

TEST_CASE(
    "Ways in: a user, a password and a token may stand in the URL, and any byte of them as % and digits") {
    const auto binary = each_server();
    const NatsServer users(
        binary, {.config = R"(authorization { users: [ {user: "der@ek", password: "p:w/d %25"} ] })"});
    const NatsServer token(binary, {.config = "authorization { token: \"t@k/n\" }"});
    const auto at = [](const NatsServer& server, const std::string& who) {
        return "NATS://" + who + "@" + server.url().substr(server.url().find("://") + 3);
    };
    for (const std::string& servers :
         {at(users, "der%40ek:p%3Aw%2Fd%20%2525"), at(users, "%64er@ek:p:w/d%20%2525"),
          at(token, "t%40k%2fn"), at(token, "t@k/n")}) {
        CAPTURE(servers);
        Connection connection = connect(given(servers));
        CHECK(connection.flush(default_timeout));
    }
    CHECK(Connection::open(given(at(users, "der%40ek:p:w/d%20%25"))).error().code == Errc::not_authorized);
}

TEST_CASE("Ways in: a server may have an IPv6 address") {
    const NatsServer server(each_server(), {.arguments = {"-a", "::"}});
    const std::string port = server.url().substr(server.url().rfind(':') + 1);
    for (const std::string& host :
         {"[::1]:" + port, "nats://[::1]:" + port, "nats://[0:0:0:0:0:0:0:1]:" + port}) {
        CAPTURE(host);
        Connection connection = connect(given(host));
        CHECK(connection.flush(default_timeout));
    }
}

TEST_CASE("Ways in: what the client library cannot do is refused by name before anything is sent") {
    const support::BareServer bare;
    const auto refused = [](ConnectionOptions options, const std::string& named) {
        const auto opened = Connection::open(std::move(options));
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == Errc::bad_option);
        CHECK_THAT(opened.error().message(), Catch::Matchers::ContainsSubstring(named));
    };
    refused(given("ws://127.0.0.1:1"), "ws://127.0.0.1:1: the client library");
    refused(given("WSS://hidden@127.0.0.1:1"), "wss://127.0.0.1:1: the client library");
    refused(given("http://127.0.0.1:1"), "the scheme is not nats:// or tls://");
    ConnectionOptions first = given(bare.address());
    first.tls_first = true;
    if (!can_begin_with_tls()) refused(std::move(first), "TLS first");
}

TEST_CASE(
    "Ways in: a server without authentication lets in who has credentials or an nkey, at first and again") {
    const auto binary = each_server();
    const support::TrustTree tree;
    ConnectionOptions options;
    std::string with_authentication;
    SECTION("credentials") {
        options.credentials = jwt::Credentials::load(tree.requester_creds()).value();
        with_authentication = tree.config();
    }
    SECTION("an nkey") {
        base::SystemRandom random;
        options.nkey = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
        with_authentication =
            "authorization { users: [ {nkey: " + options.nkey->public_key().text() + "} ] }";
    }
    std::optional<NatsServer> server(std::in_place, binary,
                                     support::ServerSetup{.config = with_authentication});
    const std::string port = server->url().substr(server->url().rfind(':') + 1);
    options.servers = {server->url()};
    Seen<std::string> seen;
    Connection connection = connect(std::move(options), noted(seen));

    server.reset();
    server.emplace(binary, support::ServerSetup{.arguments = {"-p", port}});

    REQUIRE(seen.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(connection.flush(default_timeout));
    CHECK(connection.publish("news", "back"));
}

TEST_CASE("TLS: a server that another one tells of is said nothing without it") {
    const Certificates certificates;
    const support::BareServer bare;
    const auto binary = each_server();
    const auto clustered = [&](const std::string& more) {
        return support::ServerSetup{.config = certificates.server_config() + more};
    };
    std::optional<NatsServer> server(std::in_place, binary,
                                     clustered("\ncluster { name: one, listen: \"127.0.0.1:-1\" }"));
    const std::string ports =
        support::read_text(server->folder() / ("nats-server_" + std::to_string(server->pid()) + ".ports"));
    const std::size_t route = ports.find("127.0.0.1:", ports.find("cluster"));
    const NatsServer teller(binary,
                            clustered("\ncluster { name: one, listen: \"127.0.0.1:-1\", routes: [\"nats://" +
                                      ports.substr(route, ports.find('"', route) - route) +
                                      "\"] }\nclient_advertise: \"" + bare.address() + "\""));
    ConnectionOptions options = to(*server);
    options.servers = {"tls://127.0.0.1" + server->url().substr(server->url().rfind(':'))};
    options.tls_ca = certificates / "ca.pem";
    options.tls_cert = certificates / "client.pem";
    options.tls_key = certificates / "client.pem.key";
    const Connection connection = connect(std::move(options));
    REQUIRE(support::eventually([&] { return connection.known_servers().value().size() == 2; }));

    server.reset();

    CHECK(support::eventually([&] { return bare.visits() > 1; }));
    CHECK(bare.received().empty());
}

TEST_CASE("Ways in: of several servers the first that is there is taken, and the next when it goes") {
    const auto binary = each_server();
    NatsServer gone(binary, {});
    std::optional<NatsServer> first(std::in_place, binary, support::ServerSetup{});
    const NatsServer second(binary, {});
    gone.stop();
    ConnectionOptions options;
    options.servers = {gone.url(), first->url(), second.url()};
    Seen<std::string> seen;
    Connection connection = connect(std::move(options), noted(seen));
    CHECK(connection.connected_url().value() == first->url());

    first.reset();
    CHECK(seen.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(connection.connected_url().value() == second.url());
}

}  // namespace
}  // namespace natscreds::bus
