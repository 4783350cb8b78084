// scripts/nsctl-setup: the tutorial's trust tree, and a server that runs with it.
#include <atomic>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/bus/connection.h>
#include <support/nats_server.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

bus::Connection connected(const Shell& shell, const support::NatsServer& server, const std::string& user) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials =
        jwt::Credentials::load(shell.folder / "nsc/nkeys/creds/KO" / (user + ".creds")).value();
    auto connection = bus::Connection::open(std::move(options));
    CAPTURE(user);
    REQUIRE(connection);
    return *std::move(connection);
}

}  // namespace

TEST_CASE(
    "nsctl-setup: every user of its tree is let in, B reaches A's service, and its latency is measured") {
    const support::ServerBinary binary = GENERATE(from_range(support::nats_servers()));
    CAPTURE(binary);
    const Shell shell;
    (void)shell.out("NSCTL=$(command -v nsctl) " + support::source_root() + "/scripts/nsctl-setup");
    const support::NatsServer server(binary, {.config_file = shell.folder / "resolver.conf"});
    for (const char* user : {"SYS/sys", "STAN/stan", "KUBECON/chat-access", "KUBECON/chat-creds-request"})
        (void)connected(shell, server, user);

    bus::Connection service = connected(shell, server, "A/test");
    bus::Connection client = connected(shell, server, "B/test");
    std::atomic<bool> measured = false;
    const auto latency =
        service.subscribe({"latency.on.test", ""}, [&](const bus::Message&) { measured = true; });
    const auto answering = service.subscribe(
        {"test", ""}, [&](const bus::Message& request) { (void)service.publish(request.reply, "answer"); });
    REQUIRE(latency);
    REQUIRE(answering);
    REQUIRE(service.flush(support::default_timeout));
    bus::Message request;
    request.subject = "test";
    const auto answer = client.request(request, support::default_timeout);
    REQUIRE(answer);
    REQUIRE(answer->body == "answer");
    REQUIRE(support::eventually([&] { return measured.load(); }));
}

TEST_CASE("nsctl-setup: a folder that has the operator already is left as it is") {
    const Shell shell;
    const std::string script = "NSCTL=$(command -v nsctl) " + support::source_root() + "/scripts/nsctl-setup";
    (void)shell.out(script);
    const std::string before = shell.out("find . -type f | sort | xargs sha256sum");
    REQUIRE(shell(script).exit_code == 1);
    REQUIRE(shell.out("find . -type f | sort | xargs sha256sum") == before);
    REQUIRE(shell(support::source_root() + "/scripts/nsctl-setup --bogus").exit_code == 2);
}
