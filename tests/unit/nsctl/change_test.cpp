#include <chrono>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

TEST_CASE("edit account: a limit changes, and nothing that was not named") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    REQUIRE(nsctl({"edit", "account", "--disallow-bearer", "--wildcard-exports=false"}).exit_code == 0);
    const Outcome outcome = nsctl({"edit", "account", "--payload", "8KiB", "--conns", "-1"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    REQUIRE(outcome.err ==
            "[ OK ] changed max connections to -1\n"
            "[ OK ] changed max payload to 8192 bytes\n"
            "[ OK ] edited account \"KUBECON\"\n");
    auto after = account_of(nsctl, "KUBECON");
    REQUIRE(after.claims().limits.payload == 8192);
    REQUIRE(after.claims().limits.conn == -1);
    REQUIRE(after.claims().limits.disallow_bearer);
    REQUIRE_FALSE(after.claims().limits.wildcards);
    after.content.claims.limits = before.claims().limits;
    REQUIRE(after.claims() == before.claims());
}

TEST_CASE("edit account: adding a key that has a scope keeps the scope") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    REQUIRE(nsctl({"edit", "account", "--sk", scoped_key}).exit_code == 0);
    REQUIRE(account_of(nsctl, "KUBECON").claims() == before.claims());
}

TEST_CASE("edit account: signing keys are made, added and removed") {
    NscCommandLine nsctl;
    const std::size_t before = account_of(nsctl, "A").claims().signing_keys.size();
    REQUIRE(nsctl({"edit", "account", "A", "--sk", "generate"}).exit_code == 0);
    const auto keys = account_of(nsctl, "A").claims().signing_keys;
    REQUIRE(keys.size() == before + 1);
    const std::string key = keys.begin()->first;
    REQUIRE(std::filesystem::exists(nsctl.folder / "nsc/nkeys/keys/A" / key.substr(1, 2) / (key + ".nk")));
    REQUIRE(nsctl({"edit", "account", "A", "--rm-sk", key}).exit_code == 0);
    REQUIRE(account_of(nsctl, "A").claims().signing_keys.size() == before);
}

TEST_CASE("edit account: a user's key, or no change at all, is refused") {
    NscCommandLine nsctl;
    const Outcome wrong_kind = nsctl({"edit", "account", "--sk", user_of(nsctl, "gone").content.subject});
    REQUIRE(wrong_kind.exit_code == 1);
    REQUIRE(wrong_kind.err.find("user key instead of account key") != std::string::npos);
    REQUIRE(nsctl({"edit", "account"}).err == "nsctl: specify an edit option\n");
}

TEST_CASE("edit account: a limit that is no number is refused by its option") {
    NscCommandLine nsctl;
    const std::string value =
        GENERATE("x", "-2", "-1k", "1x", "1kk", "1ib", "k", "1.5", "1.2.3k", ".k", "1,5k", "0x10", "1e3",
                 "inf", "99999999999999999999", "9223372036854775808", "8EiB", "9.3E", "9999999999t");
    const Outcome outcome = nsctl({"edit", "account", "--payload", value});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: --payload: \"" + value + "\""));
}

TEST_CASE("edit account: sizes as people write them, in thousands and in 1024s") {
    struct Case {
        const char* text;
        std::int64_t bytes;
    };
    const auto [text, bytes] = GENERATE(
        Case{"0", 0}, Case{"-1", -1}, Case{"512", 512}, Case{"512B", 512}, Case{"64MB", 64'000'000},
        Case{"1GB", 1'000'000'000}, Case{"1.5G", 1'500'000'000}, Case{"1 KB", 1'000},
        Case{"10TB", 10'000'000'000'000}, Case{"4k", 4'000}, Case{"4kib", 4'096}, Case{"4Ki", 4'096},
        Case{"2MiB", 2'097'152}, Case{"0.5gib", 536'870'912}, Case{"1p", 1'000'000'000'000'000},
        Case{"7EiB", 7 * (std::int64_t{1} << 60)}, Case{"9223372036854775807", 9'223'372'036'854'775'807});
    CAPTURE(text);
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "account", "--js-mem-storage", text, "--data", text}).exit_code == 0);
    CHECK(account_of(nsctl, "KUBECON").claims().limits.data == bytes);
    CHECK(account_of(nsctl, "KUBECON").claims().limits.jetstream.mem_storage == bytes);
}

TEST_CASE("edit operator: the system account can be given by its name") {
    NscCommandLine nsctl;
    const std::string key = account_of(nsctl, "A").content.subject;
    const Outcome outcome =
        nsctl({"edit", "operator", "--system-account", "A", "--service-url", "nats://x:4222"});
    REQUIRE(outcome.err ==
            "[ OK ] set system account \"" + key +
                "\"\n[ OK ] added service url \"nats://x:4222\"\n[ OK ] edited operator \"KO\"\n");
    REQUIRE(store_of(nsctl).read_operator()->claims().system_account == key);
    REQUIRE(store_of(nsctl).read_operator()->claims().operator_service_urls ==
            std::vector<std::string>{"nats://localhost:4222", "nats://x:4222"});
}

TEST_CASE("add user: permissions, tags, networks and times are in the token as nsc writes them") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"add",
                                   "user",
                                   "--name",
                                   "u",
                                   "--allow-pub",
                                   "a,b",
                                   "--allow-pub",
                                   "c",
                                   "--deny-sub",
                                   "d",
                                   "--allow-pub-response",
                                   "--response-ttl",
                                   "1m30s",
                                   "--tag",
                                   "Team:Red",
                                   "--source-network",
                                   "10.0.0.0/8",
                                   "--bearer",
                                   "--expiry",
                                   "1d"});
    REQUIRE(outcome.exit_code == 0);
    const auto user = user_of(nsctl, "u");
    REQUIRE(user.claims().pub.allow == std::vector<std::string>{"a", "b", "c"});
    REQUIRE(user.claims().sub.deny == std::vector<std::string>{"d"});
    REQUIRE(user.claims().resp->max == 1);
    REQUIRE(user.claims().resp->ttl == std::chrono::seconds(90));
    REQUIRE(user.claims().tags == std::vector<std::string>{"team:red"});
    REQUIRE(user.claims().src == std::vector<std::string>{"10.0.0.0/8"});
    REQUIRE(user.claims().bearer_token);
    REQUIRE(user.content.expires == nsctl.clock.now() + std::chrono::hours(24));
}

TEST_CASE("add user: the number of responses stands behind =, so that a name may follow") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "user", "--allow-pub-response", "one"}).exit_code == 0);
    REQUIRE(user_of(nsctl, "one").claims().resp->max == 1);
    REQUIRE(nsctl({"add", "user", "--allow-pub-response=5", "five"}).exit_code == 0);
    REQUIRE(user_of(nsctl, "five").claims().resp->max == 5);
}

TEST_CASE("add user: the signing key can be given by its role") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "user", "u", "-K", "chat"}).exit_code == 0);
    REQUIRE(user_of(nsctl, "u").issuer.text() == scoped_key);
    const Outcome refused = nsctl({"add", "user", "v", "-K", "chat", "--allow-pub", "x"});
    REQUIRE(refused.exit_code == 1);
    REQUIRE(refused.err.find("\nhint: ") != std::string::npos);
}

TEST_CASE("add user: a seed on the command line works, with a warning that does not repeat it") {
    NscCommandLine nsctl;
    const std::filesystem::path file =
        nsctl.folder / "nsc/nkeys/keys/A/CD" / (std::string(scoped_key) + ".nk");
    const std::string seed = support::read_text(file);
    const Outcome outcome = nsctl({"add", "user", "u", "-K", seed});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.err.starts_with("nsctl: warning: a seed on the command line"));
    REQUIRE(outcome.err.find(seed) == std::string::npos);
}

TEST_CASE("add user: a name that leads out of the store is refused, and nothing is written") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"add", "user", "../../../x"});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.err.starts_with("nsctl: \"../../../x\": this cannot be a name"));
    REQUIRE_FALSE(std::filesystem::exists(nsctl.folder / "nsc/accounts/nats/KO/x.jwt"));
}

TEST_CASE("add operator: a token that somebody else signed can be imported from a file") {
    CommandLine nsctl;
    const std::filesystem::path file = support::test_data("nsc-store/stores/KO/KO.jwt");
    REQUIRE(nsctl({"add", "operator", "-u", file.string()}).err == "[ OK ] imported operator \"KO\"\n");
    REQUIRE(store_of(nsctl).management() == accounts::Management::elsewhere);
    REQUIRE(nsctl({"add", "account", "A"}).exit_code == 0);
    const auto account = account_of(nsctl, "A");
    REQUIRE(account.issuer.text() == account.content.subject);
    REQUIRE(
        nsctl({"add", "operator", "-u", "https://example.com/jwt"})
            .err.starts_with("nsctl: https://example.com/jwt: operators can be imported from files only\n"));
}

TEST_CASE("edit operator: an empty account server URL removes the one that was there") {
    NscCommandLine nsctl;
    const auto url = [&] { return store_of(nsctl).read_operator()->claims().account_server_url; };
    const std::vector<std::string> empty =
        GENERATE(std::vector<std::string>{"--account-jwt-server-url", ""},
                 std::vector<std::string>{"--account-jwt-server-url="}, std::vector<std::string>{"-u="},
                 std::vector<std::string>{"--rm-account-jwt-server-url"});
    REQUIRE(nsctl({"edit", "operator", "--account-jwt-server-url", "nats://x:4222"}).exit_code == 0);
    REQUIRE(url() == "nats://x:4222");
    std::vector<std::string> command{"edit", "operator"};
    command.insert(command.end(), empty.begin(), empty.end());
    command.insert(command.end(), {"--tag", "t"});
    const Outcome outcome = nsctl(command);
    REQUIRE(outcome.exit_code == 0);
    CHECK(contains(outcome.err, "[ OK ] removed account server url\n"));
    CHECK(url() == "");
}

TEST_CASE("add operator: --force makes no new identity over an old one") {
    NscCommandLine nsctl;
    const auto before = store_of(nsctl).read_operator()->token;
    const Outcome outcome = nsctl({"add", "operator", "KO", "--force"});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.err.starts_with("nsctl: \"KO\": the operator already exists\nhint: "));
    CHECK(store_of(nsctl).read_operator()->token == before);
}

TEST_CASE("Options: a value behind = is the value alone, of long and of short names") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "-n=KO"}).exit_code == 0);
    REQUIRE(nsctl({"add", "account", "--name=A"}).exit_code == 0);
    REQUIRE(nsctl({"add", "account", "-nB"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "-a=A", "-n", "u", "--tag=x=y"}).exit_code == 0);
    CHECK(account_of(nsctl, "A").content.name == "A");
    CHECK(account_of(nsctl, "B").content.name == "B");
    CHECK(contains(nsctl({"describe", "user", "u", "-a", "A"}).out, "x=y"));
    CHECK(nsctl({"add", "account", "-n="}).exit_code == 1);
}

TEST_CASE("add: what is made becomes current, and create is another word for it") {
    CommandLine nsctl;
    REQUIRE(nsctl({"create", "operator", "KO"}).exit_code == 0);
    REQUIRE(nsctl({"add", "account", "A"}).exit_code == 0);
    REQUIRE(nsctl({"add", "account", "B"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "u"}).err.ends_with("added user \"u\" to account \"B\"\n"));
    REQUIRE(nsctl({"select", "account", "A"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "u"}).err.ends_with("added user \"u\" to account \"A\"\n"));
    REQUIRE(nsctl({"select", "account", "C"}).exit_code == 1);
}

TEST_CASE("add user: a duration is shown as it was meant") {
    NscCommandLine nsctl;
    const auto [text, shown] = GENERATE(table<std::string, std::string>({
        {"5s", "5s"},
        {"0", "2m0s (default)"},
        {"500ms", "500ms"},
        {"1.5s", "1.5s"},
        {"90m", "1h30m0s"},
        {"1h1m1s1ms", "1h1m1.001s"},
        {"1500us", "1.5ms"},
        {"1ns", "1ns"},
    }));
    REQUIRE(nsctl({"add", "user", "u", "--response-ttl", text}).exit_code == 0);
    const std::string described = nsctl({"describe", "user", "u"}).out;
    REQUIRE(described.find("| Response Permission TTL | " + shown + " ") != std::string::npos);
}

TEST_CASE("add user: what is no duration is refused by its option") {
    NscCommandLine nsctl;
    const std::string text = GENERATE("5", "s", "5x", "1h-1m", "-5s", "1..5s", "9999999h", "5 s");
    const Outcome outcome = nsctl({"add", "user", "u", "--response-ttl", text});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(
        outcome.err.starts_with("nsctl: --response-ttl: \"" + text + "\": this is not a duration\nhint: "));
}

TEST_CASE("edit account: an expiry is set, said, and taken away again") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "account", "A", "--expiry", "2030-01-02"}).err ==
            "[ OK ] changed jwt expiry to 2030-01-02 00:00:00 UTC\n[ OK ] edited account \"A\"\n");
    REQUIRE(account_of(nsctl, "A").content.expires);
    REQUIRE(nsctl({"edit", "account", "A", "--conns", "5"}).exit_code == 0);
    REQUIRE(account_of(nsctl, "A").content.expires);
    REQUIRE(nsctl({"edit", "account", "A", "--expiry", "0"})
                .err.starts_with("[ OK ] changed jwt expiry to never expire\n"));
    REQUIRE_FALSE(account_of(nsctl, "A").content.expires);
}

TEST_CASE("edit: a key without a name is an error wherever one is added, and nothing changes") {
    NscCommandLine nsctl;
    const auto line =
        GENERATE(std::vector<std::string>{"edit", "operator", "--sk", ""},
                 std::vector<std::string>{"edit", "account", "KUBECON", "--sk", ""},
                 std::vector<std::string>{"add", "signing-key", "-a", "KUBECON", "--sk", ""},
                 std::vector<std::string>{"edit", "authcallout", "-a", "KUBECON", "--auth-user", ""});
    const auto before = account_of(nsctl, "KUBECON").token;
    const Outcome outcome = nsctl(line);
    CHECK(outcome.exit_code == 1);
    CHECK(contains(outcome.err, ": its value is empty\n"));
    CHECK(account_of(nsctl, "KUBECON").token == before);
}
