#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/nkeys/signing_key.h>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE("generate nkey: without --store it prints seed and public key, and keeps neither") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"generate", "nkey", "--user"});
    REQUIRE(outcome.exit_code == 0);
    const std::string seed = outcome.out.substr(0, 58);
    REQUIRE(outcome.out == seed + "\n" + nkeys::SigningKey::parse_seed(seed)->public_key().text() + "\n");
    REQUIRE(outcome.err.empty());
    REQUIRE_FALSE(std::filesystem::exists(nsctl.folder / "nsc/nkeys"));
}

TEST_CASE("generate nkey: with --store it prints the public key, and elsewhere where the key is") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"generate", "nkey", "--account", "--store"});
    const std::string key = outcome.out.substr(0, 56);
    REQUIRE(outcome.out == key + "\n");
    const std::filesystem::path path = nsctl.folder / "nsc/nkeys/keys/A" / key.substr(1, 2) / (key + ".nk");
    REQUIRE(outcome.err == "account key stored " + path.string() + "\n");
    REQUIRE(std::filesystem::exists(path));
}

TEST_CASE("generate nkey: of no kind is an error") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"generate", "nkey"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err == "nsctl: set --operator, --account, --user or --curve\n");
}

TEST_CASE("generate creds: prints the user's creds file as nsc wrote it") {
    NscCommandLine nsctl;
    const std::string by_nsc =
        support::read_text(nsctl.folder / "nsc/nkeys/creds/KO/KUBECON/chat-access.creds");
    REQUIRE(nsctl({"generate", "creds", "-n", "chat-access"}).out == by_nsc);
    const std::string file = (nsctl.folder / "new.creds").string();
    REQUIRE(nsctl({"generate", "creds", "-n", "chat-access", "-o", file}).out.empty());
    REQUIRE(support::read_text(file) == by_nsc);
    using std::filesystem::perms;
    REQUIRE(std::filesystem::status(file).permissions() == (perms::owner_read | perms::owner_write));
}

TEST_CASE("generate creds: of an account with one user that one is meant, of several one must be named") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"generate", "creds", "-a", "A"}).exit_code == 0);
    const Outcome outcome = nsctl({"generate", "creds"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: account \"KUBECON\": name a user\nhint: "));
}

TEST_CASE("generate config: writes a new file, and replaces one only when told to") {
    NscCommandLine nsctl;
    const std::string file = (nsctl.folder / "resolver.conf").string();
    REQUIRE(nsctl({"generate", "config", "--mem-resolver", "--sys-account", "SYS"}).out ==
            by_nsc("mem-resolver.conf"));
    REQUIRE(nsctl({"generate", "config", "--mem-resolver", "--config-file", file}).err ==
            "[ OK ] wrote server configuration to `" + file + "`\n");
    REQUIRE(support::read_text(file) + "\n" == by_nsc("mem-resolver.conf"));
    const Outcome again = nsctl({"generate", "config", "--mem-resolver", "--config-file", file});
    REQUIRE(again.exit_code == 1);
    REQUIRE(again.err.find(file) != std::string::npos);
    REQUIRE(nsctl({"generate", "config", "--mem-resolver", "--config-file", file, "--force"}).exit_code == 0);
}
