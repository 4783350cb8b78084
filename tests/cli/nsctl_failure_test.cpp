// What nsctl does when something is wrong with the disk or with what lies on it, and when others use it too.
#include <filesystem>
#include <string>

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/test_data.h>

#include "nsctl_shell.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// The store that nsc made, with KUBECON as the current account.
class NscShell : public Shell {
  public:
    NscShell() {
        (void)out("mkdir -p nsc/accounts && cp -r " + support::test_data("nsc-store/stores").string() +
                  " nsc/accounts/nats && cp -r " + support::test_data("nsc-store/keys").string() +
                  " nsc/nkeys && chmod -R u+w nsc");
        (void)out("nsctl env -o KO -a KUBECON");
    }

    /// All that there is, as one text.
    [[nodiscard]] std::string everything() const {
        return out("find nsc -type f ! -name .nsctl.lock | sort | xargs sha256sum");
    }
};

}  // namespace

TEST_CASE("nsctl: of many processes that edit one account at once, each edit is there afterwards") {
    const NscShell shell;
    (void)shell.out("for i in $(seq 12); do nsctl edit account --tag t$i & done; wait");
    const std::string account = shell.out("nsctl describe account -J");
    for (int i = 1; i <= 12; ++i)
        REQUIRE(contains(account, "\"t" + std::to_string(i) + "\""));
    REQUIRE_FALSE(contains(shell.out("nsctl validate -A"), "| error "));
}

TEST_CASE("nsctl: with a full disk nothing changes, and the file that could not be written is named") {
    const NscShell shell;
    const std::string before = shell.everything();
    const std::string command =
        GENERATE("add user u", "add account N", "add operator NO", "edit account --tag x",
                 "edit user scoped --tag x", "edit signing-key chat --payload 5", "delete user scoped",
                 "revocations add-user -n scoped", "edit operator --tag x", "generate nkey -u --store",
                 "generate config --mem-resolver --config-file c", "generate creds -n scoped -o c");
    // No file may grow; the pipe may.
    const support::Outcome outcome =
        shell("set -o pipefail; (trap '' XFSZ; ulimit -f 0; exec nsctl " + command + ") 2>&1 | cat");
    CAPTURE(command, outcome.out);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.starts_with("nsctl: "));
    REQUIRE(contains(outcome.out, "File too large"));
    REQUIRE((contains(outcome.out, "nsc/") || contains(outcome.out, "nsctl: c: ")));
    REQUIRE(shell.everything() == before);
    REQUIRE(
        shell.out("find . -type f -name '.*' ! -name .gitignore ! -name .nsc ! -name .nsctl.lock").empty());
}

TEST_CASE("nsctl: a token that is empty, cut or no token is named, and nothing changes") {
    const NscShell shell;
    const std::string spoil =
        GENERATE(": > $F", "echo nonsense > $F", "truncate -s -9 $F", "printf 'a.b.c' > $F");
    const std::string command =
        GENERATE("edit account KUBECON --tag x", "add user u", "delete user scoped", "describe account",
                 "generate config --mem-resolver", "push -a KUBECON -u nats://127.0.0.1:1");
    (void)shell.out("F=" + shell.account_file("KUBECON").string() + "; " + spoil);
    const std::string before = shell.everything();
    const support::Outcome outcome = shell("nsctl " + command);
    CAPTURE(command, outcome.err);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.empty());
    REQUIRE(contains(outcome.err, "KUBECON/KUBECON.jwt: "));
    REQUIRE(shell.everything() == before);
}

TEST_CASE("nsctl: a key that is missing, empty or another's is named, and nothing changes") {
    const NscShell shell;
    const auto [spoil, complaint] = GENERATE(table<std::string, std::string>({
        {"rm -r nsc/nkeys/keys/O", "the keystore has none of the keys that could sign"},
        {": > $F", ".nk: "},
        {"cp nsc/nkeys/keys/O/AP/*.nk $F", "the file holds another key than its name says"},
    }));
    (void)shell.out("F=$(ls nsc/nkeys/keys/O/DS/*.nk); " + spoil);
    const std::string before = shell.everything();
    const support::Outcome outcome = shell("nsctl edit account --tag x");
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, complaint));
    REQUIRE(shell.everything() == before);
}

TEST_CASE("nsctl: a name with a slash, or one that leads elsewhere, is refused in every command") {
    const NscShell shell;
    const std::string before = shell.everything();
    const std::string name = GENERATE("../x", "a/b", "'a\\b'", ".x");
    const std::string command = GENERATE(
        "add user -n ", "add account -n ", "add operator -n ", "delete user -n ", "delete account -n ",
        "delete operator -n ", "init -n ", "select account ", "edit user --bearer -n ", "generate creds -n ");
    const support::Outcome outcome = shell("nsctl " + command + name);
    CAPTURE(command, name, outcome.err);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, "this cannot be a name"));
    REQUIRE(shell.everything() == before);
}

TEST_CASE("nsctl: a folder that may not be read is an error that names it, not an empty one") {
    const NscShell shell;
    const std::string folder =
        GENERATE("nsc/accounts/nats/KO/accounts", "nsc/accounts/nats/KO/accounts/A", "nsc/accounts/nats/KO");
    const std::string command = GENERATE("list accounts", "validate -A", "generate config --mem-resolver");
    (void)shell.out("chmod 000 " + folder);
    // Root may read everything: then somebody else asks.
    const bool root = geteuid() == 0;
    if (root) (void)shell.out("cp $(command -v nsctl) ./nsctl.copy && chown -R 65534:65534 .");
    const support::Outcome outcome = shell(
        (root ? "setpriv --reuid=65534 --regid=65534 --clear-groups ./nsctl.copy " : "nsctl ") + command);
    CAPTURE(folder, command, outcome.out, outcome.err);
    (void)shell.out("chmod 700 " + folder);
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.out + outcome.err, "Permission denied"));
    REQUIRE(contains(outcome.out + outcome.err, folder));
}
