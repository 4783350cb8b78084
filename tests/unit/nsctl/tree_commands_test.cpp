#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

const char* const users = "nsc/accounts/nats/KO/accounts/KUBECON/users";

std::string without_last_line(std::string text, const std::string& line) {
    return text.substr(0, text.find(line));
}

}  // namespace

TEST_CASE("init: makes operator, system account, account and user, all of them valid") {
    CommandLine nsctl;
    const Outcome outcome = nsctl({"init", "-n", "demo"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    REQUIRE(contains(outcome.err, "[ OK ] created operator \"demo\"\n"));
    REQUIRE(std::filesystem::exists(nsctl.folder / "nsc/nkeys/creds/demo/demo/demo.creds"));
    REQUIRE(std::filesystem::exists(nsctl.folder / "nsc/nkeys/creds/demo/SYS/sys.creds"));
    REQUIRE(nsctl({"validate", "-A"}).exit_code == 0);
    REQUIRE(contains(nsctl({"env"}).out, "| Current Account    | nsc.json     | demo "));
    REQUIRE(contains(nsctl({"describe", "operator"}).out, "nats://localhost:4222"));
    REQUIRE(nsctl({"init", "-n", "demo"}).err.starts_with("nsctl: \"demo\": the operator already exists\n"));
}

TEST_CASE("init: in a folder that is named") {
    CommandLine nsctl;
    REQUIRE(nsctl({"init", "--dir", "here"}).exit_code == 0);
    REQUIRE(std::filesystem::exists(nsctl.folder / "here/Test/accounts/Test/users/Test.jwt"));
    REQUIRE(nsctl({"init", "-n", "a/b"}).exit_code == 1);
}

TEST_CASE("validate: of nsc's store prints what nsc prints, and what servers before 2.14 may not fill in") {
    NscCommandLine nsctl;
    REQUIRE(contains(nsctl({"validate", "-A"}).out, "signing key \"chat\": \"_INBOX_{{subject()}}.>\": "));
    REQUIRE(nsctl({"edit", "signing-key", "chat", "--rm", "_INBOX_{{subject()}}.>"}).exit_code == 0);
    const Outcome outcome = nsctl({"validate", "-A"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out == by_nsc("validate.txt"));
    REQUIRE(outcome.err.empty());
}

TEST_CASE("validate: an expired user is an error, with its severity and the user's name") {
    NscCommandLine nsctl;
    nsctl.clock.advance(std::chrono::hours(24 * 60));
    const Outcome outcome = nsctl({"validate"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.out, "| 1 | ! | time     | user \"gone\": the claims have expired "));
    REQUIRE(outcome.err == "nsctl: validation found errors\n");
    REQUIRE(nsctl({"validate", "-a", "A"}).exit_code == 0);
    REQUIRE(contains(nsctl({"validate", "-J"}).out, "\"severity\": \"time\""));
}

TEST_CASE("validate: who may not have signed is found") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"delete", "signing-key", plain_key}).exit_code == 0);
    REQUIRE(contains(nsctl({"validate"}).out,
                     "user \"chat-access\": is not signed by the account or one of its signing keys"));
    REQUIRE(nsctl({"edit", "operator", "--rm-sk", "OAPH4E4LMPKRIOQOIVN5HII7VUDABEBEFRW25V5RORVTFKC5LRHR5YS4"})
                .exit_code == 0);
    REQUIRE(contains(nsctl({"validate", "-a", "SYS"}).out,
                     "is not signed by the operator or one of its signing keys"));
}

TEST_CASE("validate: a token that cannot be read is an error, and the others are looked at all the same") {
    NscCommandLine nsctl;
    const std::string file = (nsctl.folder / users / "scoped.jwt").string();
    const std::string content = GENERATE("", "x", "a.b.c");
    nsctl.folder.write(std::string(users) + "/scoped.jwt", content);
    const Outcome outcome = nsctl({"validate", "-A"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.out, file));
    REQUIRE(contains(outcome.out, "Account \"SYS\""));
}

TEST_CASE("validate: a file of tokens, also as servers pack them") {
    NscCommandLine nsctl;
    const std::string token = nsctl({"describe", "account", "A", "-R"}).out;
    const std::string good = nsctl.folder.write("good", token + "\nAKEY|" + token).string();
    REQUIRE(nsctl({"validate", "-f", good}).exit_code == 0);
    const std::string bad = nsctl.folder.write("bad", token + "xyz\n").string();
    REQUIRE(nsctl({"validate", "-f", bad}).exit_code == 1);
    REQUIRE(nsctl({"validate", "-f", (nsctl.folder / "none").string()}).exit_code == 1);
    REQUIRE(nsctl({"validate", "-f", good, "-A"}).exit_code == 1);
}

TEST_CASE("list keys: prints what nsc prints, but for its legend") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"list", "keys"}).out == without_last_line(by_nsc("list-keys.txt"), "[ T ]"));
    REQUIRE(contains(nsctl({"list", "keys", "-u", "--account", "SYS", "-J"}).out, "\"name\": \"sys\""));
    REQUIRE_FALSE(contains(nsctl({"list", "keys", "-o"}).out, "KUBECON"));
}

TEST_CASE("generate config: with the full resolver it is byte for byte nsc's") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"generate", "config", "--nats-resolver"}).out == by_nsc("nats-resolver.conf"));
    REQUIRE(nsctl({"generate", "config"}).exit_code == 1);
    REQUIRE(nsctl({"generate", "config", "--nats-resolver", "--mem-resolver"}).exit_code == 1);
    REQUIRE(nsctl({"delete", "account", "SYS", "-F"}).exit_code == 0);
    const Outcome outcome = nsctl({"generate", "config", "--nats-resolver"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(contains(outcome.err, "the system account is not in the store\nhint: "));
}

TEST_CASE("edit account: JetStream limits, for the account or by the number of replicas, not both") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "account", "A", "--js-tier", "3", "--js-disk-storage", "1gib", "--js-streams", "5",
                   "--js-max-bytes-required"})
                .exit_code == 0);
    const auto tiers = account_of(nsctl, "A").claims().limits.tiered_limits;
    REQUIRE(tiers.at("R3").disk_storage == 1 << 30);
    REQUIRE(tiers.at("R3").streams == 5);
    REQUIRE(tiers.at("R3").consumer == -1);
    REQUIRE(tiers.at("R3").mem_storage == 0);
    REQUIRE(tiers.at("R3").max_bytes_required);
    const Outcome both = nsctl({"edit", "account", "A", "--js-mem-storage", "5"});
    REQUIRE(both.exit_code == 1);
    REQUIRE(contains(both.err, "exclude each other: servers would refuse this"));
    REQUIRE(nsctl({"edit", "account", "A", "--rm-js-tier", "3", "--js-enable", "0"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "A").claims().limits.jetstream.streams == -1);
    REQUIRE(nsctl({"edit", "account", "A", "--js-disable"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "A").claims().limits.jetstream == jwt::JetStreamLimits{});
}

TEST_CASE("edit account: max-bytes-required alone leaves the other limits as they are") {
    NscCommandLine nsctl;
    auto expected = account_of(nsctl, "KUBECON").claims().limits;
    expected.jetstream.max_bytes_required = true;
    REQUIRE(nsctl({"edit", "account", "--js-max-bytes-required"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "KUBECON").claims().limits == expected);
}

TEST_CASE("edit account: tracing and default permissions, set and taken away") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "account", "A", "--trace-context-subject", "t", "--trace-context-sampling", "20",
                   "--allow-pub", "a,b"})
                .exit_code == 0);
    REQUIRE(account_of(nsctl, "A").claims().trace->sampling == 20);
    REQUIRE(nsctl({"edit", "account", "A", "--trace-context-sampling", "101"}).exit_code == 1);
    REQUIRE(nsctl({"edit", "account", "A", "--trace-context-subject", "", "--rm", "a"}).exit_code == 0);
    REQUIRE_FALSE(account_of(nsctl, "A").claims().trace);
    REQUIRE(account_of(nsctl, "A").claims().default_permissions.pub.allow == std::vector<std::string>{"b"});
}

TEST_CASE(
    "JSON output: what a command has done and made is JSON on standard output, and nothing else is there") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"add", "user", "u", "-J"});
    REQUIRE(outcome.exit_code == 0);
    const std::string key = user_of(nsctl, "u").content.subject;
    REQUIRE(
        outcome.out.starts_with("{\n \"name\": \"u\",\n \"public_key\": \"" + key + "\",\n \"creds\": \""));
    REQUIRE(outcome.err.empty());
    REQUIRE(nsctl({"env", "--json"}).out.starts_with("{\n \"config\": "));
    REQUIRE(nsctl({"generate", "nkey", "-a", "-S", "-J"}).out.starts_with("{\"public_key\": \"A"));
}
