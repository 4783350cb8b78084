#include <algorithm>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE("nsctl: help and version are results") {
    CommandLine nsctl;
    REQUIRE(nsctl({"--version"}).out.starts_with("nsctl "));
    const Outcome help = nsctl({"add", "user", "--help"});
    REQUIRE(help.exit_code == 0);
    REQUIRE(help.out.find("--allow-pubsub") != std::string::npos);
    REQUIRE(help.out.find("Examples:") != std::string::npos);
    REQUIRE(help.err.empty());
}

TEST_CASE("nsctl: help fits a screen") {
    CommandLine nsctl;
    const std::string noun =
        GENERATE("operator", "account", "user", "export", "import", "signing-key", "authcallout");
    const std::string verb = GENERATE("add", "edit", "delete", "describe");
    const std::string help = nsctl({verb, noun, "--help"}).out;
    REQUIRE(std::ranges::count(help, '\n') <= 45);
}

TEST_CASE("nsctl: a command line that is wrong exits 1, prints nothing, and says what is wrong") {
    CommandLine nsctl;
    const auto [argument, complaint] = GENERATE(table<std::string, std::string>({
        {"foo", "nsctl: foo: there is no such command or option\n"},
        {"--bogus", "nsctl: --bogus: there is no such command or option\n"},
        {"add", "nsctl: A subcommand is required\n"},
    }));
    const Outcome outcome = nsctl({argument});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.empty());
    REQUIRE(outcome.err == complaint + "hint: nsctl --help, and --help behind each command\n");
}

TEST_CASE("nsctl: a switch that is neither true nor false is a mistake, not a crash") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"edit", "user", "--bearer=maybe"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: Could not convert: --bearer = maybe\nhint: "));
}

TEST_CASE("nsctl: an option that means something alone has its value behind = only") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "user", "x", "--allow-pub-response", "--help"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "x", "--allow-pub-response=3", "--help"}).exit_code == 0);
    const Outcome outcome = nsctl({"add", "user", "x", "--allow-pub-response", "3"});
    REQUIRE(outcome.err.starts_with("nsctl: 3: there is no such command or option\n"));
}

TEST_CASE("nsctl: without an operator it says how to get one") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"list", "accounts"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.find("no operator is current\nhint: ") != std::string::npos);
}

TEST_CASE("nsctl: without a current account it says how to choose one") {
    NscCommandLine nsctl;
    nsctl.folder.write("nsc/accounts/nsc.json", "{}");
    const Outcome outcome = nsctl({"list", "users"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.find("no account is current\nhint: choose one: ") != std::string::npos);
}

TEST_CASE("env: shows where things are, and sets what is current") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"env", "-a", "NO"}).exit_code == 1);
    const Outcome outcome = nsctl({"env", "-a", "B"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.find((nsctl.folder / "nsc/nkeys").string()) != std::string::npos);
    REQUIRE(outcome.out.find("| Current Account    | --account    | B ") != std::string::npos);
    REQUIRE(outcome.out.find("| Config             | $NSC_HOME    |") != std::string::npos);
    REQUIRE(outcome.out.find("| Keys               | $NKEYS_PATH  |") != std::string::npos);
    REQUIRE(nsctl({"env", "--data-dir", "/x"}).out.find("| Current Store Dir  | --data-dir   |") !=
            std::string::npos);
    REQUIRE(nsctl({"describe", "account", "-R"}).out == nsctl({"describe", "account", "B", "-R"}).out);
}

TEST_CASE("nsctl: --all-dirs keeps everything in one folder") {
    CommandLine nsctl;
    const std::string folder = (nsctl.folder / "all").string();
    REQUIRE(nsctl({"-H", folder, "add", "operator", "KO"}).exit_code == 0);
    REQUIRE(nsctl({"list", "operators", "-J", "--all-dirs", folder}).out.find("\"KO\"") != std::string::npos);
    REQUIRE(std::filesystem::exists(nsctl.folder / "all/KO/KO.jwt"));
    REQUIRE(std::filesystem::exists(nsctl.folder / "all/nsc.json"));
    REQUIRE(std::filesystem::exists(nsctl.folder / "all/keys/O"));
}
