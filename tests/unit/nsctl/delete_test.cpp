#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

constexpr const char* gone_creds = "nsc/nkeys/creds/KO/KUBECON/gone.creds";
constexpr const char* scoped_user = "UB3C7YRWVJEYGFHO5J34QWBEUM5K7D7JJPBC46I4FYRLYNMY6ET56KEO";
constexpr const char* scoped_user_file =
    "nsc/nkeys/keys/U/B3/UB3C7YRWVJEYGFHO5J34QWBEUM5K7D7JJPBC46I4FYRLYNMY6ET56KEO.nk";

}  // namespace

TEST_CASE("delete user: revokes the user, says so, and says how to undo it") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"delete", "user", "scoped"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    const std::string key = scoped_user;
    REQUIRE(outcome.err == "[ OK ] revoked user \"" + key +
                               "\"\n"
                               "[ OK ] deleted user \"scoped\" of account \"KUBECON\"\n"
                               "hint: servers refuse the user after: nsctl push -a KUBECON\n"
                               "hint: nats-provisioner knows it then too if it has [system]; otherwise "
                               "replace its account file\n"
                               "hint: to undo the revocation: nsctl revocations delete-user -a KUBECON -u " +
                               key + "\nhint: and the deletion: nsctl add user -a KUBECON -n scoped -k " +
                               key + "\n");
    REQUIRE_FALSE(
        std::filesystem::exists(nsctl.folder / "nsc/accounts/nats/KO/accounts/KUBECON/users/scoped.jwt"));
    REQUIRE(account_of(nsctl, "KUBECON").claims().revocations.at(key) ==
            nsctl.clock.now().time_since_epoch().count());
    REQUIRE(std::filesystem::exists(nsctl.folder / scoped_user_file));
}

TEST_CASE("delete user: what it says undoes it, does") {
    NscCommandLine nsctl;
    const auto before = user_of(nsctl, "scoped");
    REQUIRE(nsctl({"delete", "user", "scoped"}).exit_code == 0);
    REQUIRE(nsctl({"revocations", "delete-user", "-a", "KUBECON", "-u", scoped_user}).exit_code == 0);
    REQUIRE(
        nsctl({"add", "user", "-a", "KUBECON", "-n", "scoped", "-k", scoped_user, "-K", "chat"}).exit_code ==
        0);
    REQUIRE(user_of(nsctl, "scoped").content.subject == before.content.subject);
    REQUIRE_FALSE(account_of(nsctl, "KUBECON").claims().revocations.contains(scoped_user));
}

TEST_CASE("delete user: not revoked on request, with a warning, and the account stays as it is") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const Outcome outcome = nsctl({"delete", "user", "scoped", "--revoke=false"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(contains(outcome.err, "nsctl: warning: servers go on accepting the user's credentials"));
    REQUIRE(account_of(nsctl, "KUBECON").token == before.token);
}

TEST_CASE("delete user: several, with their keys and creds files") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"delete", "user", "gone", "scoped", "--rm-nkey", "--rm-creds"}).exit_code == 0);
    REQUIRE_FALSE(std::filesystem::exists(nsctl.folder / gone_creds));
    REQUIRE_FALSE(std::filesystem::exists(nsctl.folder / scoped_user_file));
    REQUIRE(store_of(nsctl).users(accounts::Name::parse("KUBECON").value())->size() == 2);
}

TEST_CASE("delete user: where one of several is not there, none is touched") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const Outcome outcome = nsctl({"delete", "user", "-n", "gone,nobody"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: \"nobody\": there is no such user\nhint: "));
    REQUIRE(user_of(nsctl, "gone").content.name == "gone");
    REQUIRE(account_of(nsctl, "KUBECON").token == before.token);
}

TEST_CASE("delete account: with its users, and with their keys and creds files if that is said") {
    NscCommandLine nsctl;
    const auto [with_files, left] = GENERATE(table<bool, bool>({{true, false}, {false, true}}));
    std::vector<std::string> command{"delete", "account", "A"};
    if (with_files) command.insert(command.end(), {"-D", "-C"});
    const Outcome outcome = nsctl(command);
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.err.starts_with("[ OK ] deleted user \"test\"\n[ OK ] deleted account \"A\"\nhint: "));
    REQUIRE_FALSE(std::filesystem::exists(nsctl.folder / "nsc/accounts/nats/KO/accounts/A"));
    REQUIRE(std::filesystem::exists(nsctl.folder / "nsc/nkeys/creds/KO/A/test.creds") == left);
    REQUIRE(std::filesystem::exists(
                nsctl.folder /
                "nsc/nkeys/keys/A/A4/AA4BGV6XZDJH7X2AZV4PITCOMT6RPBDTMQBMZ2QR4X7I6EYUO2LBEBOL.nk") == left);
    REQUIRE(nsctl({"delete", "account", "A"}).exit_code == 1);
}

TEST_CASE("delete account: the system account only with --force") {
    NscCommandLine nsctl;
    const Outcome refused = nsctl({"delete", "account", "SYS"});
    REQUIRE(refused.exit_code == 1);
    REQUIRE(refused.err.starts_with("nsctl: \"SYS\": this is the system account\nhint: "));
    REQUIRE(nsctl({"delete", "account", "SYS", "--force"}).exit_code == 0);
}

TEST_CASE("delete operator: with accounts only with --force, and then nothing is left in the way") {
    NscCommandLine nsctl;
    const Outcome refused = nsctl({"delete", "operator", "KO"});
    REQUIRE(refused.exit_code == 1);
    REQUIRE(refused.err.starts_with("nsctl: \"KO\": the operator has accounts\nhint: "));
    REQUIRE(nsctl({"delete", "operator", "KO", "--force", "-D", "-C"}).exit_code == 0);
    REQUIRE(std::filesystem::is_empty(nsctl.folder / "nsc/accounts/nats"));
    REQUIRE(nsctl({"list", "accounts"}).exit_code == 1);
    REQUIRE(nsctl({"add", "operator", "KO"}).exit_code == 0);
}
