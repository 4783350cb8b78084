// scripts/supercluster: three regions on this machine, as one starts, breaks and ends them.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/nats_server.h>

#include "nsctl_shell.h"
#include "supercluster.h"

using namespace natscreds;
using namespace natscreds::test;
using Catch::Matchers::ContainsSubstring;

namespace {

/// Whether a requester at one port is answered by a responder at another.
bool answers(const Supercluster& regions, int responder, int requester) {
    const auto at = [&](const std::string& program, int port, const std::string& user) {
        return program + " -s " + regions.address() + ":" + std::to_string(port) +
               " --creds $NKEYS_PATH/creds/KO/KUBECON/" + user + ".creds ";
    };
    support::Process answering(
        regions.command(at("nats-rply", responder, "chat-access") + "chat.req.access example"));
    answering.wait_for_output("listening on");
    const std::string request =
        at("nats-req", requester, "chat-creds-request") + "--timeout 2s chat.req.access x";
    return support::run(regions.command(request)).out == "example\n";
}

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}

}  // namespace

TEST_CASE(
    "supercluster: with TLS, JetStream and pushed accounts, a request crosses regions, also past a dead "
    "one") {
    const nsctl::test::Shell shell;
    const Supercluster regions(shell, each_server(), "--tls --jetstream --resolver full");
    // `up` does not end before every server has every account.
    CHECK_THAT(shell.out("cat sc/push.log"), ContainsSubstring("sgp1-1") && ContainsSubstring("ams3-1"));
    CHECK(support::eventually([&] { return answers(regions, 4224, 4222); }));
    CHECK(regions("kill sgp1").exit_code == 0);
    CHECK_THAT(regions("status").out, ContainsSubstring("sgp1-1  down"));
    CHECK(support::eventually([&] { return answers(regions, 4224, 4222); }));
    CHECK(regions("start sgp1-1").exit_code == 0);
    CHECK(support::eventually([&] { return answers(regions, 4223, 4222); }));
    const std::string without_authority =
        "env -u NATS_CA nats-req --creds $NKEYS_PATH/creds/KO/KUBECON/chat-creds-request.creds "
        "chat.req.access x";
    CHECK_THAT(support::run(regions.command(without_authority)).err, ContainsSubstring("--tlsca FILE"));
}

TEST_CASE(
    "supercluster: nodes of a region know each other, and status tells of routes, gateways and addresses") {
    const nsctl::test::Shell shell;
    const Supercluster regions(shell, each_server(), "--nodes 2 --advertise nats.example.com --offset 100");
    // Servers tell each other of a new subscription in their own time.
    CHECK(support::eventually([&] { return answers(regions, 4322, 4327); }));
    const std::string status = regions("status").out;
    CAPTURE(status);
    CHECK_THAT(status, ContainsSubstring("nats.example.com:4322"));
    CHECK_THAT(status, ContainsSubstring("nats.example.com:4327"));
    CHECK_THAT(status, ContainsSubstring("ams3-2  pid "));
    CHECK_THAT(status, ContainsSubstring("gateways ams3="));
    CHECK(regions("stop sfo2-1").exit_code == 0);
    CHECK_THAT(shell.out("cat sc/sfo2-1.log"), ContainsSubstring("Entering lame duck mode"));
    CHECK_THAT(regions("status").out, ContainsSubstring("sfo2-1  down"));
    CHECK(support::eventually([&] { return answers(regions, 4323, 4327); }));
    const support::Outcome events =
        support::run(regions.command("timeout 20 nats-sub -s " + regions.address() +
                                     ":4325 --creds $NKEYS_PATH/creds/KO/SYS/sys.creds --count 1 '>'"));
    CHECK(events.exit_code == 0);
    CHECK(regions("down").out == "down\n");
    CHECK(regions("down").exit_code == 0);
    CHECK(shell.out("ls -A").empty());
}

TEST_CASE("supercluster: what it cannot do it says, and it is not brought up twice") {
    const nsctl::test::Shell shell;
    const Supercluster regions(shell, support::nats_servers().back(), "");
    CHECK_THAT(regions("up").err, ContainsSubstring("it is up already"));
    CHECK_THAT(regions("up --nodes 10").err, ContainsSubstring("--nodes takes a number from 1 to 9"));
    CHECK_THAT(regions("up --offset some").err, ContainsSubstring("--offset takes a number"));
    CHECK_THAT(regions("up --resolver url").err, ContainsSubstring("--resolver is mem or full"));
    CHECK(regions("up --bogus").exit_code == 2);
    CHECK(regions("kill").exit_code == 2);
    for (const char* words : {"kill nope", "stop nope", "start nope", "kill sfo2-2", "kill sfo"}) {
        CAPTURE(words);
        const support::Outcome unknown = regions(words);
        CHECK(unknown.exit_code == 1);
        CHECK_THAT(unknown.err, ContainsSubstring("there is no region or node ") &&
                                    ContainsSubstring("there are sfo2 sgp1 ams3 and sfo2-1 sgp1-1 ams3-1"));
    }
    for (const char* words :
         {"start sfo2 --tls", "status --nodes 2", "down --tree .", "kill sfo2 --offset 9"})
        CHECK_THAT(regions(words).err, ContainsSubstring("is for 'up' alone"));
    CHECK_THAT(regions("down --within 5").err, ContainsSubstring("--within is for 'stop' alone"));
    CHECK_THAT(regions("status").out, !ContainsSubstring("down"));
    const support::Outcome elsewhere =
        shell(support::source_root() + "/scripts/supercluster status --folder nowhere");
    CHECK_THAT(elsewhere.err, ContainsSubstring("it is not up"));

    (void)shell.out("mkdir mine && touch mine/letter");
    const support::Outcome mine = shell(support::source_root() + "/scripts/supercluster up --folder mine");
    CHECK_THAT(mine.err, ContainsSubstring("is not empty"));
    (void)shell.out(support::source_root() + "/scripts/supercluster down --folder mine && ls mine/letter");
}
