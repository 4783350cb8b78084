// docs/leaf.md: a broker and a leaf node, joined by mutual TLS; and examples/status, which comes back by itself.
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

std::string leaf_port(const NatsServer& broker) {
    return port_for(broker, "leafnode connections");
}

std::string leaf_config(const Certificates& certificates, const std::string& port) {
    return replaced(on_free_ports("leaf/leaf.conf", certificates), "tls://127.0.0.1:7422",
                    "tls://127.0.0.1:" + port);
}

/// A program of ours, as whom the certificate says.
support::Command as(const Certificates& certificates, const std::string& program, const NatsServer& server,
                    const std::string& name, const std::vector<std::string>& words) {
    std::vector<std::string> all{"-s",        server.url(),
                                 "--tlsca",   certificates.file("ca.pem"),
                                 "--tlscert", certificates.file(name + ".pem"),
                                 "--tlskey",  certificates.file(name + "-key.pem")};
    all.insert(all.end(), words.begin(), words.end());
    return support::command(program, all);
}

/// Publishes until the subscriber has it: servers tell each other of interest in their own time.
void carries(const Certificates& certificates, const NatsServer& broker, support::Process& subscriber,
             const std::string& text) {
    CHECK(support::eventually([&] {
        const support::Outcome sent =
            support::run(as(certificates, "nats-pub", broker, "publisher", {"test.messages", text}));
        CAPTURE(sent.err);
        return contains(subscriber.out(), text);
    }));
}

/// A leaf that the broker must not let in; what the broker's log says of it.
void is_refused(const support::ServerBinary& binary, const NatsServer& broker, const std::string& config,
                const std::string& reason) {
    const NatsServer leaf(binary, {.config = config});
    CAPTURE(reason);
    CHECK(support::eventually([&] { return contains(broker.log(), reason); }));
}

}  // namespace

TEST_CASE(
    "Leaf scene 5: what is published at the broker arrives at the leaf, also after the broker was away") {
    const support::ServerBinary binary = each_server();
    const Certificates certificates;
    std::string config = on_free_ports("leaf/broker.conf", certificates);
    std::optional<NatsServer> broker(std::in_place, binary, support::ServerSetup{.config = config});
    const std::string port = leaf_port(*broker);
    const NatsServer leaf(binary, {.config = leaf_config(certificates, port)});
    support::Process subscriber(as(certificates, "nats-sub", leaf, "subscriber", {"test.messages"}));
    subscriber.wait_for_output("listening on");
    carries(certificates, *broker, subscriber, "Message #1 - Published at 2026-01-01 00:00:00 UTC");
    const support::Outcome monitored = support::run(
        {.argv = {"curl", "-sS", "http://127.0.0.1:" + port_for(*broker, "http monitor") + "/leafz"}});
    CHECK_THAT(monitored.out, ContainsSubstring("\"leafnodes\": 1,"));

    broker.reset();
    config = replaced(config, "leafnodes {\n  listen: \"127.0.0.1:-1\"",
                      "leafnodes {\n  listen: \"127.0.0.1:" + port + '"');
    broker.emplace(binary, support::ServerSetup{.config = config});
    carries(certificates, *broker, subscriber, "Message #2");
    CHECK(
        support::run(as(certificates, "nats-pub", *broker, "subscriber", {"test.messages", "x"})).exit_code ==
        5);
    CHECK(support::run(as(certificates, "nats-pub", leaf, "subscriber", {"test.messages", "x"})).exit_code ==
          5);
}

TEST_CASE("Leaf scene 5: a leaf with the wrong certificate is refused, and the broker's log says why") {
    const support::ServerBinary binary = each_server();
    const Certificates certificates;
    const Certificates others;
    const NatsServer broker(binary, {.config = on_free_ports("leaf/broker.conf", certificates)});
    const std::string config = leaf_config(certificates, leaf_port(broker));
    const std::string leaf = certificates.file("leaf");
    is_refused(binary, broker, replaced(config, leaf, certificates.file("client2")), "authentication error");
    const std::string foreign = replaced(config, leaf, others.file("leaf"));
    is_refused(binary, broker, foreign, "unknown authority");
    certificates.expire("leaf");
    is_refused(binary, broker, config, "expired");
}

TEST_CASE("Leaf scene 5: in operator mode the leaf is the account's user that its credentials name") {
    const support::ServerBinary binary = each_server();
    const Certificates certificates;
    const nsctl::test::Shell shell;
    (void)shell.out(
        "nsctl add operator KO --sys && nsctl add account A && nsctl add user leaf && nsctl add user pub && "
        "nsctl generate config --mem-resolver --sys-account SYS --config-file " +
        (certificates.folder() / "resolver.conf").string());
    const std::string creds = (shell.folder / "nsc/nkeys/creds/KO/A/").string();
    const auto file =
        certificates.folder().write("broker.conf", on_free_ports("leaf/operator-broker.conf", certificates));
    const NatsServer broker(binary, {.config_file = file});
    const std::string config =
        replaced(leaf_config(certificates, leaf_port(broker)), "# credentials: \"leaf.creds\"",
                 "credentials: \"" + creds + "leaf.creds\"");
    const NatsServer leaf(binary, {.config = config});
    support::Process subscriber(as(certificates, "nats-sub", leaf, "subscriber", {"test.messages"}));
    subscriber.wait_for_output("listening on");
    CHECK(support::eventually([&] {
        const support::Outcome sent =
            support::run(as(certificates, "nats-pub", broker, "publisher",
                            {"--creds", creds + "pub.creds", "test.messages", "Message #1"}));
        CAPTURE(sent.err);
        return contains(subscriber.out(), "Message #1");
    }));
    CHECK(support::run(as(certificates, "nats-pub", broker, "publisher", {"test.messages", "x"})).exit_code ==
          5);
}

TEST_CASE("Leaf: an account's --leaf-conns says how many leaf nodes servers let in: 0 none, -1 any") {
    const support::ServerBinary binary = each_server();
    const auto limit_and_table =
        GENERATE(table<int, std::string>({{0, "Not Allowed"}, {1, "1"}, {-1, "Unlimited"}}));
    const int limit = std::get<0>(limit_and_table);
    const std::string described = std::get<1>(limit_and_table);
    const nsctl::test::Shell shell;
    (void)shell.out(
        "nsctl add operator KO --sys && nsctl add account A && nsctl add user u && nsctl edit account A "
        "--leaf-conns=" +
        std::to_string(limit) + " && nsctl generate config --mem-resolver --config-file hub.conf");
    CHECK(
        contains(shell.out("nsctl describe account A"), "| Max Leaf Node Connections | " + described + " "));
    CHECK(contains(shell.out("nsctl validate -a A"), "leaf is 0 or missing") == (limit == 0));
    const NatsServer hub(binary, {.config = support::read_text(shell.folder / "hub.conf") +
                                            "\nleafnodes { listen: \"127.0.0.1:-1\" }\n"});
    const std::string config = "leafnodes { remotes: [ { url: \"nats://127.0.0.1:" + leaf_port(hub) +
                               "\", credentials: \"" +
                               (shell.folder / "nsc/nkeys/creds/KO/A/u.creds").string() + "\" } ] }\n";
    const std::string refusal = "maximum account active connections exceeded";
    const auto leaf_called = [&](const std::string& name) {
        return std::make_unique<NatsServer>(
            binary, support::ServerSetup{.config = "server_name: " + name + "\n" + config});
    };
    const auto first = leaf_called("first");
    CHECK(support::eventually([&] {
        return limit == 0 ? contains(first->log(), refusal)
                          : contains(first->log(), "Leafnode connection created");
    }));
    const auto second = leaf_called("second");
    CHECK(support::eventually([&] {
        return limit == -1 ? contains(second->log(), "Leafnode connection created")
                           : contains(second->log(), refusal);
    }));
    CHECK(contains(hub.log(), "Maximum Account Connections Exceeded") == (limit != -1));
    CHECK(contains(first->log(), refusal) == (limit == 0));
    CHECK(contains(second->log(), refusal) == (limit != -1));
}

TEST_CASE(
    "Status scene 4: the application tells how it is connected, and comes back after its server was away") {
    const support::ServerBinary binary = each_server();
    const Certificates certificates;
    const std::string config = on_free_ports("tls/email.conf", certificates);
    std::optional<NatsServer> server(std::in_place, binary, support::ServerSetup{.config = config});
    const std::string url = server->url();
    const auto start = [&](const std::string& name) {
        return support::Command{.argv = {support::program("example_status"), "-s", url, "-cacert",
                                         certificates.file("ca.pem"), "-cert",
                                         certificates.file(name + ".pem"), "-key",
                                         certificates.file(name + "-key.pem")}};
    };
    support::Process first(start("client1"));
    support::Process second(start("client1"));
    first.wait_for_output("\"reconnects\":0,\"current_server\":\"" + url + "\",\"servers\":[\"nats://" +
                          url.substr(url.find("//") + 2) + '"');
    // Each sees what the other says, and itself.
    first.wait_for_output("\"in_msgs\":4");
    server.reset();
    const std::string port = url.substr(url.rfind(':') + 1);
    server.emplace(binary,
                   support::ServerSetup{.config = replaced(config, "127.0.0.1:-1", "127.0.0.1:" + port),
                                        .arguments = {"-p", port}});
    first.wait_for_output("\"reconnects\":1");
    CHECK(first.stop().exit_code == 0);
    const support::Outcome refused = support::run(start("client2"));
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.err, ContainsSubstring("status: ") && ContainsSubstring("Authorization Violation"));
}
