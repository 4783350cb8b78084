#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

std::vector<jwt::WeightedMapping> targets_of(NscCommandLine& nsctl, const std::string& from) {
    const auto account = account_of(nsctl, "KUBECON");
    const auto& mappings = account.claims().mappings;
    const auto found = mappings.find(from);
    return found == mappings.end() ? std::vector<jwt::WeightedMapping>() : found->second;
}

}  // namespace

TEST_CASE(
    "add mapping: a subject goes to several, each with its weight, and the same again changes the weight") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "mapping", "--from", "orders", "--to", "orders.v2", "--weight", "20"}).err ==
            "[ OK ] added mapping orders -> orders.v2, weight 20%\n");
    REQUIRE(nsctl({"add", "mapping", "-f", "orders", "-t", "orders.v1", "--weight", "80"}).exit_code == 0);
    REQUIRE(nsctl({"add", "mapping", "-f", "orders", "-t", "orders.sfo", "--cluster", "sfo2"}).exit_code ==
            0);
    auto targets = targets_of(nsctl, "orders");
    REQUIRE(targets.size() == 3);
    CHECK(targets[0].weight == 20);
    CHECK(targets[2].cluster == "sfo2");
    CHECK(targets[2].weight == 0);  // nsc does not write 100

    REQUIRE(nsctl({"add", "mapping", "-f", "orders", "-t", "orders.v2", "--weight", "10"}).exit_code == 0);
    targets = targets_of(nsctl, "orders");
    CHECK(targets.size() == 3);
    CHECK(targets[0].weight == 10);
}

TEST_CASE("add mapping: weights above 100 and subjects that are none are refused, and nothing is changed") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "mapping", "-f", "orders", "-t", "orders.v2"}).exit_code == 0);
    CHECK(nsctl({"add", "mapping", "-f", "orders", "-t", "orders.v1", "--weight", "1"}).exit_code == 1);
    CHECK(nsctl({"add", "mapping", "-f", "orders", "-t", "a..b", "--cluster", "c"}).exit_code == 1);
    CHECK(nsctl({"add", "mapping", "-f", "other", "-t", "x", "--weight", "101"}).exit_code == 1);
    CHECK(nsctl({"add", "mapping", "-t", "x"}).exit_code == 1);
    CHECK(targets_of(nsctl, "orders").size() == 1);
    CHECK(targets_of(nsctl, "other").empty());
}

TEST_CASE("delete mapping: one target, or all of a subject's") {
    NscCommandLine nsctl;
    for (const char* to : {"a", "b"})
        REQUIRE(nsctl({"add", "mapping", "-f", "orders", "-t", to, "--weight", "50"}).exit_code == 0);
    CHECK(nsctl({"delete", "mapping", "-f", "orders", "-t", "c"}).err ==
          "nsctl: orders -> c: the account has no such mapping\n");
    REQUIRE(nsctl({"delete", "mapping", "-f", "orders", "-t", "a"}).exit_code == 0);
    REQUIRE(targets_of(nsctl, "orders").size() == 1);
    REQUIRE(nsctl({"delete", "mapping", "-f", "orders"}).exit_code == 0);
    CHECK(targets_of(nsctl, "orders").empty());
    CHECK(nsctl({"delete", "mapping", "-f", "orders"}).exit_code == 1);
}

TEST_CASE("expirations: what ends first stands first, with how long it has left, and what never ends last") {
    NscCommandLine nsctl;
    REQUIRE(nsctl({"add", "user", "ends", "--expiry", "2h"}).exit_code == 0);
    REQUIRE(nsctl({"add", "user", "later", "--expiry", "1y"}).exit_code == 0);
    CHECK(contains(nsctl({"expirations"}).out, "(in 2 h)"));
    const auto listed = [&](const std::vector<std::string>& options) {
        std::vector<std::string> words{"expirations", "--json"};
        words.insert(words.end(), options.begin(), options.end());
        std::string text;
        for (const auto& one : nlohmann::json::parse(nsctl(words).out))
            text += one.at("state").get<std::string>() + " " + one.at("name").get<std::string>() + "\n";
        return text;
    };
    const std::string all = listed({});
    const std::size_t soon = all.find("soon KUBECON/ends\n");
    const std::size_t later = all.find("later KUBECON/later\n");
    const std::size_t never = all.find("never KO\n");
    CHECK((soon < later && later < never && never != std::string::npos));
    const std::string some = listed({"--skip", "--within", "1h"});
    CHECK(contains(some, "later KUBECON/ends\n"));
    CHECK_FALSE(contains(some, "never"));
    nsctl.clock.set(nsctl.clock.now() + std::chrono::hours(3));
    CHECK(contains(nsctl({"expirations", "-J"}).out, "\"state\": \"expired\""));
    CHECK(nsctl({"expirations", "--within", "soon"}).exit_code == 1);
}
