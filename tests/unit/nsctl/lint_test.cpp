#include <set>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// The rules that are found for one thing.
std::set<std::string> found(CommandLine& nsctl, const std::string& about) {
    std::set<std::string> rules;
    for (const auto& one : nlohmann::json::parse(nsctl({"lint", "--json"}).out)) {
        if (one.at("about") == about) rules.insert(one.at("rule").get<std::string>());
        CHECK_FALSE(one.at("advice").get<std::string>().empty());
    }
    return rules;
}

using Rules = std::set<std::string>;

}  // namespace

TEST_CASE("lint: a tree in which nothing will hurt has no findings, and each rule finds what it is for") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "KO", "--generate-signing-key"}).exit_code == 0);
    CHECK(found(nsctl, "operator KO") == Rules{"identity-key-signs", "identity-key-stored"});
    REQUIRE(nsctl({"edit", "operator", "--require-signing-keys"}).exit_code == 0);
    CHECK(found(nsctl, "operator KO") == Rules{"identity-key-stored"});
    REQUIRE(nsctl({"add", "account", "A"}).exit_code == 0);
    CHECK(found(nsctl, "account A").empty());
    REQUIRE(nsctl({"edit", "account", "A", "--sk", "generate"}).exit_code == 0);
    CHECK(found(nsctl, "account A") == Rules{"plain-signing-key"});

    REQUIRE(nsctl({"add", "user", "wide"}).exit_code == 0);
    CHECK(found(nsctl, "user A/wide") == Rules{"everybodys-inbox", "no-expiry"});
    REQUIRE(nsctl({"edit", "user", "wide", "--expiry", "90d", "--deny-sub", "_INBOX.>"}).exit_code == 0);
    CHECK(found(nsctl, "user A/wide").empty());
    REQUIRE(nsctl({"edit", "user", "wide", "--bearer", "--expiry", "2w"}).exit_code == 0);
    CHECK(found(nsctl, "user A/wide") == Rules{"bearer", "expires-soon"});

    REQUIRE(nsctl({"add", "export", "--name", "all", "--subject", ">"}).exit_code == 0);
    CHECK(found(nsctl, "account A") == Rules{"plain-signing-key", "wide-export"});
}

TEST_CASE("lint: a role's inbox and bearer are the role's, not each user's; rules can be left out") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "KO"}).exit_code == 0);
    REQUIRE(nsctl({"add", "account", "A"}).exit_code == 0);
    REQUIRE(nsctl({"add", "signing-key", "--role", "loud", "--allow-sub", "_INBOX.>"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "u", "-K", "loud", "--expiry", "90d"}).exit_code == 0);
    CHECK(found(nsctl, "account A") == Rules{"everybodys-inbox"});
    CHECK(found(nsctl, "user A/u").empty());

    const Outcome some = nsctl({"lint", "--skip", "everybodys-inbox"});
    CHECK(some.exit_code == 1);
    CHECK_FALSE(contains(some.out, "everybodys-inbox"));
    CHECK(nsctl({"lint", "--skip", "everybodys-inbox,identity-key-signs"}).exit_code == 0);
}
