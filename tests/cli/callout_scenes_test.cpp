// docs/callout.md as it stands there: its commands make what servers take.
#include <string>

#include <natscreds/jwt/creds.h>
#include <support/cluster.h>
#include <support/nats_server.h>

#include "nsctl_shell.h"
#include "page.h"
#include "tls_server.h"

using namespace natscreds;
using namespace natscreds::test;
using nsctl::test::contains;
using nsctl::test::Shell;

namespace {

const std::string operator_section = "## Servers with an operator";

/// What `nats-server -t` says to a configuration in the shell's folder.
support::Outcome check(const Shell& shell, const support::ServerBinary& binary, const std::string& file) {
    return shell(binary.path.string() + " -t -c " + file);
}

}  // namespace

TEST_CASE("docs/callout.md: its commands make an AUTH account, a sentinel and a server's configuration") {
    const Shell shell;
    (void)shell.out("nsctl add operator --name KO --sys");
    for (const std::string& line : commands_of("docs/callout.md", operator_section)) {
        if (line.starts_with("nsctl ")) (void)shell.out(line);
    }
    const std::string described = shell.out("nsctl describe account AUTH");
    CHECK(contains(described, "Auth Callout Users"));
    CHECK(contains(described, "Encrypt For"));
    CHECK(jwt::Credentials::load(shell.folder / "sentinel.creds")->user().claims().bearer_token);
    CHECK(shell("nsctl validate --all-accounts").exit_code == 0);

    shell.folder.write("operator.conf", shipped("conf/callout/operator.conf"));
    for (const support::ServerBinary& binary : support::nats_servers()) {
        const bool knows_sentinels =
            !binary.version.starts_with("2.9.") && !binary.version.starts_with("2.10.");
        const support::Outcome outcome = check(shell, binary, "operator.conf");
        INFO(binary.version << ": " << outcome.err);
        CHECK((outcome.exit_code == 0) == knows_sentinels);
        CHECK(contains(outcome.err, "default_sentinel") == !knows_sentinels);
    }
    (void)shell.out("nsctl generate config --mem-resolver --sys-account SYS > resolver.conf");
    for (const support::ServerBinary& binary : support::nats_servers())
        CHECK(check(shell, binary, "operator.conf").exit_code == 0);
}

namespace {

/// The policy that comes with the programs, with the cluster of the test, and roles in a folder instead of in its API.
std::string policy_of(support::Cluster& cluster) {
    const std::string issuer = "issuer = \"https://kubernetes.default.svc.cluster.local\"";
    std::string text =
        replaced(shipped("conf/policy/callout.toml"), issuer,
                 "issuer = \"" + cluster.issuer() + "\"\napi_server = \"" + cluster.issuer() + "\"\nca = \"" +
                     cluster.ca() + "\"\ntoken = \"" + cluster.own_token_file() + "\"");
    text = replaced(text, "watch = true", "folder = \"roles\"");
    return replaced(text, "127.0.0.1:9464", "127.0.0.1:0");
}

constexpr const char* role =
    "apiVersion: nats.io/v1alpha2\nkind: NatsServiceRole\nmetadata:\n  name: nats-user\n"
    "  namespace: nats-io\n  labels: { nats_cluster: example-nats }\nspec:\n  permissions:\n"
    "    publish: [\"foo.*\"]\n    subscribe: [\"hello.world\"]\n";

}  // namespace

TEST_CASE(
    "docs/callout.md: followed to the letter, a ServiceAccount with a role comes in, over NATS_URL's "
    "server") {
    const Shell shell;
    const auto cluster = support::recorded_cluster();
    (void)shell.out("nsctl add operator --name KO --sys");
    shell.folder.write("callout.toml", policy_of(*cluster));
    shell.folder.write("roles/nats-user.yaml", role);
    std::string script = "set -e\n";
    for (const std::string& line : commands_of("docs/callout.md", operator_section)) {
        if (!line.starts_with("nats-sub ")) script += line + "\n";
    }
    const std::string checked = shell.out(script);
    CHECK(contains(checked, "ready to let ServiceAccounts into account A"));

    const auto config = shell.folder.write(
        "operator.conf", replaced(shipped("conf/callout/operator.conf"), "127.0.0.1:4222", "127.0.0.1:-1"));
    const support::NatsServer server(support::nats_servers().back(), {.config_file = config});
    support::Command line = support::command("nats-provisioner", {"--config", "callout.toml"});
    line.folder = shell.folder.path();
    line.environment["NATS_URL"] = server.url();
    support::Process service(line);
    service.wait_for_output("serving $SYS.REQ.USER.AUTH");
    shell.folder.write("token", cluster->token({.service_account = "nats-io/nats-user",
                                                .audience = "nats",
                                                .bound_to = "Pod/nats-user-0"}));
    const std::string host = server.address();
    support::Process pod({.argv = {"bash", "-c",
                                   "exec " + support::program("nats-sub") +
                                       " -s nats://nats-user:$(cat token)@" + host + " hello.world"},
                          .folder = shell.folder.path()});
    pod.wait_for_output("listening on hello.world");
    CHECK(service.stop().exit_code == 0);

    // With what the page had once: an xkey in AUTH's JWT, and none here.
    const std::string without = replaced(policy_of(*cluster), "xkey = \"callout.xk\"", "#");
    shell.folder.write("callout.toml", without);
    const support::Outcome refused = shell("nats-provisioner --config callout.toml --check");
    CHECK(refused.exit_code == 1);
    CHECK(contains(refused.err, "account AUTH has the xkey X"));
    CHECK(contains(refused.err, "[callout] xkey is not given: every callout request would be refused"));
}

TEST_CASE("conf/callout/configuration.conf: servers with callouts take it") {
    const Shell shell;
    shell.folder.write("configuration.conf", shipped("conf/callout/configuration.conf"));
    const std::string issuer = shell.out("nsctl generate nkey --account | tail -1");
    const std::string variables =
        "export CALLOUT_PASSWORD=a SYS_PASSWORD=b CALLOUT_ISSUER=" + issuer.substr(0, issuer.find('\n')) +
        "; ";
    for (const support::ServerBinary& binary : support::nats_servers()) {
        const support::Outcome outcome =
            shell(variables + binary.path.string() + " -t -c configuration.conf");
        INFO(binary.version << ": " << outcome.err);
        CHECK((outcome.exit_code == 0) == !binary.version.starts_with("2.9."));
    }
}
