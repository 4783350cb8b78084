// Every way to say who one is and where the servers are.
#include <optional>

#include <natscreds/bus/server_info.h>
#include <support/process.h>
#include <support/temp_dir.h>
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
        CHECK(connection.flush(patience));
        CHECK(read_server_info(server.url(), patience).value().tls_required);
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
    CHECK(connection.flush(patience));
    ConnectionOptions wrong = to(server);
    wrong.token = base::Secret::copy_of(base::as_bytes("guessed"));
    CHECK(Connection::open(std::move(wrong)).error().code == Errc::not_authorized);
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
