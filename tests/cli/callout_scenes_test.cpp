// docs/callout.md as it stands there: its commands make what servers take.
#include <sstream>
#include <string>
#include <vector>

#include <natscreds/jwt/creds.h>
#include <support/nats_server.h>

#include "nsctl_shell.h"

using namespace natscreds;
using nsctl::test::contains;
using nsctl::test::Shell;

namespace {

std::string shipped(const std::string& path) {
    return support::read_text(support::source_root() + "/" + path);
}

std::vector<std::string> nsctl_lines(const std::string& document) {
    std::istringstream lines(shipped(document));
    std::vector<std::string> found;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("nsctl ")) found.push_back(line);
    }
    return found;
}

/// What `nats-server -t` says to a configuration in the shell's folder.
support::Outcome check(const Shell& shell, const support::ServerBinary& binary, const std::string& file) {
    return shell(binary.path.string() + " -t -c " + file);
}

}  // namespace

TEST_CASE("docs/callout.md: its commands make an AUTH account, a sentinel and a server's configuration") {
    const Shell shell;
    (void)shell.out("nsctl add operator --name KO --sys");
    for (const std::string& line : nsctl_lines("docs/callout.md"))
        (void)shell.out(line);
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
