#include <filesystem>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/jwt/creds.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// The tutorial as far as its account with a signing key.
class ShellWithSigningKey : public Shell {
  public:
    ShellWithSigningKey() {
        (void)out("nsctl add operator --name KO --sys");
        (void)out("nsctl add account --name KUBECON");
        signing_key = out("nsctl generate nkey --account --store").substr(0, 56);
        (void)out("nsctl edit account --sk $SK");
    }
};

const char* const add_chat_access =
    "nsctl add user chat-access"
    " -K $NKEYS_PATH/keys/A/$(echo $SK | cut -c2-3)/$SK.nk"
    " --allow-sub 'chat.req.access'"
    " --allow-pubsub '_INBOX.>'"
    " --allow-pubsub '_R_'"
    " --allow-pubsub '_R_.>'";

}  // namespace

TEST_CASE("Tutorial: the trust tree is built by its own command lines") {
    Shell shell;
    const support::Outcome added = shell("nsctl add operator --name KO --sys");
    REQUIRE(added.exit_code == 0);
    REQUIRE(added.out.empty());
    REQUIRE(
        contains(added.err, "[ OK ] added operator \"KO\"\n[ OK ] created system_account: name:SYS id:A"));
    REQUIRE(contains(shell.out("nsctl describe jwt -f nsc/accounts/nats/KO/KO.jwt"), "Operator Details"));

    REQUIRE(contains(shell("nsctl add account --name KUBECON").err, "[ OK ] added account \"KUBECON\"\n"));
    const std::string accounts = shell.out("nsctl list accounts");
    REQUIRE(contains(accounts, "| KUBECON | A"));
    REQUIRE(contains(accounts, "| SYS     | A"));

    shell.signing_key = shell.out("nsctl generate nkey --account --store").substr(0, 56);
    REQUIRE(shell("nsctl edit account --sk $SK").err ==
            "[ OK ] added signing key \"" + shell.signing_key + "\"\n[ OK ] edited account \"KUBECON\"\n");
    const std::string kubecon =
        shell.out("nsctl describe jwt -f ./nsc/accounts/nats/KO/accounts/KUBECON/KUBECON.jwt");
    REQUIRE(contains(kubecon, "| Signing Keys              | " + shell.signing_key + " |"));
}

TEST_CASE("Tutorial: its setup script's way to a system account works too") {
    Shell shell;
    (void)shell.out("nsctl add operator --name KO");
    (void)shell.out("nsctl add account --name SYS");
    (void)shell.out("nsctl add user --name sys");
    REQUIRE(contains(shell("nsctl edit operator --system-account SYS").err, "[ OK ] set system account \"A"));
    REQUIRE(contains(shell.out("nsctl describe operator"), " / SYS |"));
    REQUIRE(std::filesystem::exists(shell.folder / "nsc/nkeys/creds/KO/SYS/sys.creds"));
}

TEST_CASE("Tutorial: its users are signed by the signing key, with its permissions and creds files") {
    const ShellWithSigningKey shell;
    (void)shell.out(add_chat_access);
    (void)shell.out(
        "nsctl add user chat-creds-request -K $SK --allow-pub 'chat.req.access'"
        " --allow-pubsub '_INBOX.>' --allow-pubsub '_R_' --allow-pubsub '_R_.>'");
    const std::string described =
        shell.out("nsctl describe jwt -f $NKEYS_PATH/creds/KO/KUBECON/chat-access.creds");
    REQUIRE(contains(described, "| Issuer ID            | " + shell.signing_key + " |"));

    const auto credentials =
        jwt::Credentials::load(shell.folder / "nsc/nkeys/creds/KO/KUBECON/chat-access.creds");
    const jwt::UserClaims& claims = credentials->user().claims();
    REQUIRE(claims.pub.allow == std::vector<std::string>{"_INBOX.>", "_R_", "_R_.>"});
    REQUIRE(claims.sub.allow == std::vector<std::string>{"_INBOX.>", "_R_", "_R_.>", "chat.req.access"});
    REQUIRE(claims.issuer_account.starts_with("A"));
    REQUIRE(claims.issuer_account != shell.signing_key);
    REQUIRE(std::filesystem::exists(shell.folder / "nsc/nkeys/creds/KO/KUBECON/chat-creds-request.creds"));
}

TEST_CASE("Tutorial: the server configuration has the operator, the system account and all accounts") {
    const ShellWithSigningKey shell;
    (void)shell.out(
        "mkdir conf && nsctl generate config --mem-resolver --sys-account SYS > conf/resolver.conf");
    const std::string config = support::read_text(shell.folder / "conf/resolver.conf");
    REQUIRE(config.starts_with("// Operator \"KO\"\noperator: ey"));
    REQUIRE(contains(config, "\nsystem_account: A"));
    REQUIRE(contains(config, "  // Account \"KUBECON\"\n  A"));
    REQUIRE(contains(config, "  // Account \"SYS\"\n  A"));
}

TEST_CASE("Tutorial: a user cannot be added twice") {
    const ShellWithSigningKey shell;
    (void)shell.out(add_chat_access);
    const support::Outcome again = shell(add_chat_access);
    REQUIRE(again.exit_code == 1);
    REQUIRE(again.err == "nsctl: \"chat-access\" in account \"KUBECON\": the user already exists\n");
}

TEST_CASE("nsctl: output that cannot be written is an error") {
    const ShellWithSigningKey shell;
    const support::Outcome outcome = shell("nsctl generate config --mem-resolver > /dev/full");
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err == "nsctl: the output could not be written\n");
}
