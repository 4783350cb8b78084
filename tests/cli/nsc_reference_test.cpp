// A context of `nats` that names a user of nsc's store: nats-req asks nsctl, and connects as that user.
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <support/nats_server.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE(
    "nsc://: a program connects as the user that a context or an option names, where the operator says") {
    const Shell shell;
    (void)shell.out(
        "nsctl add operator KO --sys && nsctl add account A && nsctl add user u && "
        "nsctl generate config --mem-resolver --config-file resolver.conf");
    const support::NatsServer server(support::nats_servers().back(),
                                     {.config_file = shell.folder / "resolver.conf"});
    (void)shell.out("nsctl edit operator --service-url " + server.url());
    shell.folder.write("nats/context/one.json", R"({"nsc": "nsc://KO/A/u"})");
    const std::string request =
        "unset NATS_URL NATS_CREDS NATS_CONTEXT; export XDG_CONFIG_HOME=$PWD; nats-req ";

    // Nobody answers, and that only a server says of a user whom it has let in.
    CHECK(shell(request + "--context one nobody x").exit_code == 3);
    CHECK(shell(request + "--creds nsc://KO/A/u -s " + server.url() + " nobody x").exit_code == 3);
    CHECK(contains(
        shell.out(request + "--context one --show-config"),
        "creds         " + (shell.folder / "nsc/nkeys/creds/KO/A/u.creds").string() + "  (context one)"));

    const support::Outcome nobody = shell(request + "--creds nsc://KO/A/nobody nobody x");
    CHECK(nobody.exit_code == 2);
    CHECK(contains(nobody.err, "--creds: nsc://KO/A/nobody: "));
    CHECK(contains(nobody.err, "nsctl generate profile: nsctl: \"nobody\": "));
    const support::Outcome without =
        shell("PATH=/usr/bin; " + support::program("nats-req") + " --creds nsc://KO/A/u nobody x");
    CHECK(without.exit_code == 2);
    CHECK(contains(without.err, "neither nsc nor nsctl is on the PATH"));
}
