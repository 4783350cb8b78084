#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

const jwt::UserScope& scope_of(const jwt::Decoded<jwt::AccountClaims>& account, const std::string& key) {
    return account.claims().signing_keys.at(key).value();
}

}  // namespace

TEST_CASE("edit signing-key: what is not named stays in the scope") {
    NscCommandLine nsctl;
    const auto before = account_of(nsctl, "KUBECON");
    const Outcome outcome = nsctl({"edit", "signing-key", "--sk", "chat", "--payload", "2kib", "--rm",
                                   "chat.KUBECON.online", "--description", "the chat's people"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.out.empty());
    REQUIRE(outcome.err ==
            std::string("[ OK ] changed description to \"the chat's people\"\n"
                        "[ OK ] changed max payload to 2kib\n"
                        "[ OK ] removed \"chat.KUBECON.online\"\n"
                        "[ OK ] edited signing key \"") +
                scoped_key +
                "\"\nnsctl: warning: \"_INBOX_{{subject()}}.>\": servers before 2.14 may leave a "
                "placeholder that is a part of a token as it is (2.10 does)\n");
    auto after = account_of(nsctl, "KUBECON");
    auto scope = scope_of(after, scoped_key);
    REQUIRE(scope.permissions.payload == 2048);
    REQUIRE(scope.description == "the chat's people");
    REQUIRE(scope.permissions.pub.allow ==
            std::vector<std::string>{"chat.KUBECON.dms.*", "chat.KUBECON.posts.*"});
    REQUIRE(scope.role == "chat");
    after.content.claims.signing_keys[scoped_key] = scope_of(before, scoped_key);
    REQUIRE(after.claims() == before.claims());
}

TEST_CASE("edit signing-key: a plain key gets a scope with every kind of limit") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"edit",
                                   "signing-key",
                                   "-a",
                                   "KUBECON",
                                   "--sk",
                                   plain_key,
                                   "--role",
                                   "r",
                                   "--allow-pub",
                                   "a.{{name()}},b.{{tag(team)}}",
                                   "--deny-sub",
                                   "c.{{account-subject()}}",
                                   "--allow-pub-response=3",
                                   "--response-ttl",
                                   "5s",
                                   "--time",
                                   "08:00:00-18:00:00",
                                   "--locale",
                                   "Europe/Berlin",
                                   "--source-network",
                                   "10.0.0.0/8",
                                   "--conn-type",
                                   "standard,mqtt",
                                   "--subs",
                                   "5",
                                   "--data",
                                   "1k",
                                   "--bearer"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    const auto account = account_of(nsctl, "KUBECON");
    const jwt::UserPermissionLimits& limits = scope_of(account, plain_key).permissions;
    REQUIRE(limits.pub.allow == std::vector<std::string>{"a.{{name()}}", "b.{{tag(team)}}"});
    REQUIRE(limits.sub.deny == std::vector<std::string>{"c.{{account-subject()}}"});
    REQUIRE(limits.resp->max == 3);
    REQUIRE(limits.times.at(0).end == "18:00:00");
    REQUIRE(limits.times_location == "Europe/Berlin");
    REQUIRE(limits.src == std::vector<std::string>{"10.0.0.0/8"});
    REQUIRE(limits.allowed_connection_types == std::vector<std::string>{"STANDARD", "MQTT"});
    REQUIRE(limits.subs == 5);
    REQUIRE(limits.data == 1000);
    REQUIRE(limits.payload == -1);
    REQUIRE(limits.bearer_token);
}

TEST_CASE("edit signing-key: what servers would not take is refused, and nothing changes") {
    NscCommandLine nsctl;
    const auto [option, value, complaint] = GENERATE(table<std::string, std::string, std::string>({
        {"--allow-pub", "a.{{nme()}}", "publish: no placeholder {{nme()}}"},
        {"--allow-sub", "a..b", "\"a..b\": this is not a subject"},
        {"--time", "8-9", "servers would refuse this"},
        {"--time", "noon", "--time: \"noon\": these are not times of a day"},
        {"--source-network", "10.0.0.1", "not a network in CIDR form"},
        {"--locale", "Mars/Phobos", "no such time zone"},
        {"--conn-type", "carrier-pigeon", "\"carrier-pigeon\": there is no such connection type"},
        {"--payload", "much", "--payload: \"much\": this is not a number"},
    }));
    const auto before = account_of(nsctl, "KUBECON");
    const Outcome outcome = nsctl({"edit", "signing-key", "chat", option, value});
    REQUIRE(outcome.exit_code == 1);
    REQUIRE(outcome.out.empty());
    REQUIRE(contains(outcome.err, complaint));
    REQUIRE(account_of(nsctl, "KUBECON").token == before.token);
}

TEST_CASE("edit signing-key: without a change, or of a key that is not listed, is refused") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"edit", "signing-key", "chat"}).err == "nsctl: specify an edit option\n");
    const Outcome unknown = nsctl({"edit", "signing-key", "nobody", "--payload", "1"});
    REQUIRE(unknown.exit_code == 1);
    REQUIRE(unknown.err.starts_with("nsctl: \"nobody\": the account has no such signing key\nhint: "));
}

TEST_CASE("edit signing-key: --role alone finds the key with that role, as nsc does") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"edit", "signing-key", "--role", "chat", "--payload", "2kib"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(account_of(nsctl, "KUBECON").claims().signing_keys.at(scoped_key)->permissions.payload == 2048);
    const auto before = account_of(nsctl, "KUBECON").token;
    CHECK(nsctl({"edit", "signing-key", "--role", "nobody", "--payload", "1"})
              .err.starts_with("nsctl: \"nobody\": the account has no such signing key\nhint: "));
    CHECK(nsctl({"edit", "signing-key", "--payload", "1"})
              .err.starts_with("nsctl: name a signing key\nhint: "));
    CHECK(account_of(nsctl, "KUBECON").token == before);
}

TEST_CASE("add signing-key: makes a key, plain or with a scope, that can sign users by its role") {
    NscCommandLine nsctl;
    const std::size_t before = account_of(nsctl, "A").claims().signing_keys.size();
    REQUIRE(nsctl({"add", "signing-key", "-a", "A"}).exit_code == 0);
    const Outcome scoped = nsctl({"add", "signing-key", "-a", "A", "--role", "r", "--allow-sub", "x"});
    REQUIRE(scoped.exit_code == 0);
    REQUIRE(account_of(nsctl, "A").claims().signing_keys.size() == before + 2);
    REQUIRE(nsctl({"add", "user", "u", "-a", "A", "-K", "r"}).exit_code == 0);
    REQUIRE(contains(nsctl({"describe", "user", "u", "-a", "A"}).out, "| Issuer Scoped  | Yes "));
    const Outcome twice = nsctl({"add", "signing-key", "--sk", plain_key});
    REQUIRE(twice.err.starts_with("nsctl: \"" + std::string(plain_key) +
                                  "\": the account has this signing key already\nhint: "));
}

TEST_CASE("edit signing-key: generate makes a key, lists it and gives it the scope, as nsc has it") {
    NscCommandLine nsctl;
    const Outcome outcome =
        nsctl({"edit", "signing-key", "--sk", "generate", "--role", "new", "--payload", "7", "-J"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(contains(outcome.out, "\"public_key\": \"A"));
    REQUIRE(contains(nsctl({"describe", "signing-key", "new"}).out, "| Max Msg Payload      | 7 bytes"));
    REQUIRE(nsctl({"add", "user", "u", "-K", "new"}).exit_code == 0);
}

TEST_CASE("delete signing-key: by its role") {
    NscCommandLine nsctl;
    const Outcome outcome = nsctl({"delete", "signing-key", "chat"});
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(
        outcome.err.starts_with("[ OK ] removed signing key \"" + std::string(scoped_key) + "\"\nhint: "));
    REQUIRE_FALSE(account_of(nsctl, "KUBECON").claims().signing_keys.contains(scoped_key));
    REQUIRE(nsctl({"delete", "signing-key", "chat"}).exit_code == 1);
}

TEST_CASE(
    "describe signing-key: shows the scope as describe account does, and as JSON what is in the token") {
    NscCommandLine nsctl;
    const Outcome table = nsctl({"describe", "signing-key", "chat"});
    REQUIRE(contains(by_nsc("describe-account-KUBECON.txt"), table.out));
    REQUIRE(contains(nsctl({"describe", "signing-key", "chat", "-J"}).out, "\"role\": \"chat\""));
    REQUIRE(contains(nsctl({"describe", "signing-key", plain_key}).out, "| Scope | None "));
}
