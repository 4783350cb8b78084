// docs/tls.md: who is let in by certificate, as whom, and what a reload changes.
#include <atomic>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/certificates.h>
#include <support/process.h>

#include "nsctl_shell.h"
#include "tls_server.h"

using namespace natscreds;
using namespace natscreds::test;
using Catch::Matchers::ContainsSubstring;
using nsctl::test::contains;
using support::Certificates;
using support::NatsServer;

namespace {

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}

/// A server of the operator's cluster; its users.conf lies in the folder of the certificates.
class OperatorServer {
  public:
    explicit OperatorServer(const support::ServerBinary& binary)
        : server(binary, {.config_file = config("nats-route://127.0.0.1:1")}) {}

    [[nodiscard]] std::filesystem::path config(const std::string& route) const {
        (void)shell.out("nsctl generate tls-users " + support::source_root() +
                        "/conf/tls/users.json --timeout 5 --config-file " +
                        (certificates.folder() / "users.conf").string());
        const std::string text = on_free_ports("tls/operator.conf", certificates);
        return certificates.folder().write("operator.conf",
                                           replaced(text, "nats-route://127.0.0.1:6222", route));
    }

    [[nodiscard]] bus::ConnectionOptions as(const std::string& name) const {
        return certificates.client(server.url(), name);
    }

    nsctl::test::Shell shell;
    Certificates certificates;
    NatsServer server;
};

/// A secret as Kubernetes mounts it: users.conf is a link through ..data, which is exchanged in one step.
void mount(const OperatorServer& setting, const std::string& version, const std::string& users) {
    setting.certificates.folder().write(".." + version + "/users.conf", users);
    (void)setting.shell.out("cd " + setting.certificates.folder().path().string() + " && ln -s .." + version +
                            " ..data_tmp && mv -T ..data_tmp ..data && ln -sf ..data/users.conf users.conf");
}

}  // namespace

TEST_CASE("TLS scene 1: ACME has the defaults, CNCF exactly its subjects, and nobody else is let in") {
    const OperatorServer setting(each_server());
    const Certificates others;

    bus::Connection acme = connected(setting.as("acme"));
    CHECK(refusal_to_publish(acme, "SANDBOX.x") == "");
    CHECK(refusal_to_listen(acme, "PUBLIC.a.b") == "");
    CHECK_THAT(refusal_to_publish(acme, "hello.world"), ContainsSubstring("hello.world"));
    CHECK_THAT(refusal_to_listen(acme, "hello.world"), ContainsSubstring("hello.world"));
    bus::Connection cncf = connected(setting.as("cncf"));
    CHECK(refusal_to_publish(cncf, "hello.there") == "");
    CHECK(refusal_to_listen(cncf, "hello.world") == "");
    CHECK_THAT(refusal_to_publish(cncf, "SANDBOX.x"), ContainsSubstring("SANDBOX.x"));
    CHECK_THAT(refusal_to_listen(cncf, "hello.there"), ContainsSubstring("hello.there"));

    CHECK_THAT(refusal_to_connect(setting.as("client2")), ContainsSubstring("Authorization Violation"));
    CHECK_THAT(refusal_to_connect(setting.as("")), ContainsSubstring("--tlscert"));
    bus::ConnectionOptions foreign = others.client(setting.server.url(), "acme");
    foreign.tls_ca = setting.certificates.file("ca.pem");
    CHECK(refusal_to_connect(std::move(foreign)) != "");
    setting.certificates.expire("acme");
    CHECK(refusal_to_connect(setting.as("acme")) != "");
    CHECK(support::eventually([&] { return contains(setting.server.log(), "expired"); }));
    CHECK(contains(setting.server.log(), "unknown authority"));
}

TEST_CASE("TLS scene 1: routes and monitoring are TLS too, and a route of another authority is refused") {
    const support::ServerBinary binary = each_server();
    const OperatorServer first(binary);
    const std::string route = "nats-route://127.0.0.1:" + port_for(first.server, "route connections");
    const NatsServer second(binary, {.config_file = first.config(route)});
    CHECK(support::eventually([&] { return contains(second.log(), "Route connection created"); }));
    CHECK(contains(first.shell.out("curl -sS --cacert " + first.certificates.file("ca.pem") + " --cert " +
                                   first.certificates.file("acme.pem") + " --key " +
                                   first.certificates.file("acme-key.pem") +
                                   " https://127.0.0.1:" + port_for(first.server, "https monitor") + "/varz"),
                   "\"tls_verify\": true"));
    const OperatorServer other(binary);
    const NatsServer stranger(binary, {.config_file = other.config(route)});
    CHECK(support::eventually([&] { return contains(first.server.log(), "TLS route handshake error"); }));
    CHECK_FALSE(contains(stranger.log(), "Route connection created - "));
}

TEST_CASE("TLS scene 2: a secret that is exchanged is reloaded, nobody else is disconnected") {
    const OperatorServer setting(each_server());
    const std::string users = support::read_text(setting.certificates.folder() / "users.conf");
    (void)setting.shell.out("rm " + (setting.certificates.folder() / "users.conf").string());
    mount(setting, "v1", users);
    const auto pid_file =
        setting.certificates.folder().write("nats.pid", std::to_string(setting.server.pid()));
    std::atomic<int> disconnections = 0;
    bus::ConnectionEvents events;
    events.disconnected = [&] { ++disconnections; };
    bus::Connection acme = connected(setting.as("acme"), std::move(events));
    CHECK(refusal_to_connect(setting.as("client1")) != "");
    support::Process watcher(support::command(
        "nsctl",
        {"reload", "--pid-file", pid_file.string(), "--watch",
         (setting.certificates.folder() / "users.conf").string(), setting.certificates.file("server.pem")}));
    watcher.wait_for_output("[ OK ] watching ");

    mount(setting, "v2", replaced(users, "  users: [", "  users: [ { user: \"client1@example.com\" }"));
    CHECK(support::eventually([&] { return refusal_to_connect(setting.as("client1")).empty(); }));
    mount(setting, "v3", replaced(users, "  users: [", "  users: [ { usr: 7 }"));
    watcher.wait_for_output("nsctl: ");
    CHECK_THAT(watcher.err(), ContainsSubstring("the server would refuse this and stays as it is"));
    CHECK_THAT(watcher.err(), ContainsSubstring("users.conf"));
    CHECK(refusal_to_connect(setting.as("client1")) == "");

    mount(setting, "v4", users);
    CHECK(support::eventually([&] { return !refusal_to_connect(setting.as("client1")).empty(); }));
    (void)setting.shell.out("cd " + setting.certificates.folder().path().string() + " && " +
                            support::source_root() + "/conf/tls/make-certs --host nats.example.com");
    watcher.wait_for_output("changed: `" + setting.certificates.file("server.pem"));
    CHECK(support::eventually([&] { return contains(setting.server.log(), "Reloaded: tls = enabled"); }));
    CHECK(acme.flush(support::default_timeout));
    CHECK(disconnections == 0);
    CHECK(watcher.stop().exit_code == 0);
}

TEST_CASE("TLS scene 3: the email in the SAN decides, and who has no certificate is told what to pass") {
    const Certificates certificates;
    const NatsServer server(each_server(), {.config = on_free_ports("tls/email.conf", certificates)});
    const auto pub = [&](const std::vector<std::string>& words) {
        std::vector<std::string> all{"-s", server.url()};
        all.insert(all.end(), words.begin(), words.end());
        all.insert(all.end(), {"say", "hi"});
        return support::run(support::command("nats-pub", all));
    };
    const auto as = [&](const std::string& name) {
        return pub({"--tlscert", certificates.file(name + ".pem"), "--tlskey",
                    certificates.file(name + "-key.pem"), "--tlsca", certificates.file("ca.pem")});
    };
    CHECK(as("client1").exit_code == 0);
    const support::Outcome refused = as("client2");
    CHECK(refused.exit_code == 5);
    CHECK_THAT(refused.err, ContainsSubstring("Authorization Violation"));
    const support::Outcome none = pub({"--tlsca", certificates.file("ca.pem")});
    CHECK(none.exit_code == 5);
    CHECK_THAT(none.err, ContainsSubstring("--tlscert"));
    const support::Outcome unknown = pub({});
    CHECK(unknown.exit_code == 5);
    CHECK_THAT(unknown.err, ContainsSubstring("--tlsca"));
}

TEST_CASE("reload: a pid file that names no nats-server is refused, and the process is left alone") {
    const nsctl::test::Shell shell;
    const support::Outcome other = shell("echo $$ > bash.pid; nsctl reload --pid-file bash.pid; echo alive");
    CHECK(other.out == "alive\n");
    CHECK_THAT(other.err, ContainsSubstring("is bash: no nats-server runs there\nhint: "));
    CHECK(shell("nsctl reload --pid-file missing.pid").exit_code == 1);
    const NatsServer server(support::nats_servers().back(), {.config = "max_connections: 7"});
    shell.folder.write("nats.pid", std::to_string(server.pid()) + "\n");
    CHECK(shell("nsctl reload --pid-file nats.pid").exit_code == 0);
    CHECK(support::eventually([&] { return contains(server.log(), "Reloaded server configuration"); }));
    const support::Outcome missing = shell("nsctl reload --pid-file nats.pid --watch nowhere.conf");
    CHECK(missing.exit_code == 1);
    CHECK_THAT(missing.err, ContainsSubstring("nowhere.conf"));
}
