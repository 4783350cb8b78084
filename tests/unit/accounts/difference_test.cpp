#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/accounts/difference.h>

#include "store_copy.h"

using namespace natscreds;
using namespace natscreds::accounts;
using namespace natscreds::accounts::test;

namespace {

template <class Change>
std::vector<Difference> after(const Change& change) {
    const OpenCopy copy;
    auto account = copy.account("KUBECON");
    const jwt::Token before = account.token;
    change(account.content.claims);
    const auto signer = copy.keystore.load(public_key(account.issuer.text()));
    return differences(before, jwt::sign(account.content, *signer, copy.clock.now()).value());
}

}  // namespace

TEST_CASE("differences: a token that was only signed anew says the same") {
    REQUIRE(after([](jwt::AccountClaims&) {}).empty());
}

TEST_CASE("differences: what is changed, added and taken away, with both values") {
    const auto found = after([](jwt::AccountClaims& claims) {
        claims.limits.conn = 5;
        claims.revocations.clear();
        claims.mappings["a"] = {{.subject = "b", .weight = 0, .cluster = "", .extra = {}}};
    });
    REQUIRE(found.size() == 3);
    REQUIRE(found[0].path == "nats.limits.conn");
    REQUIRE(found[0].before == "100");
    REQUIRE(found[0].after == "5");
    REQUIRE(found[1].path == "nats.mappings.a[b].subject");
    REQUIRE(found[1].before.empty());
    REQUIRE(found[1].after == "\"b\"");
    REQUIRE(found[2].path.starts_with("nats.revocations.U"));
    REQUIRE(found[2].after.empty());
}

TEST_CASE(
    "differences: one more in front of a list is one difference for each claim of it, not a shifted list") {
    const auto more = [](const std::vector<std::string>& subjects, const std::vector<std::string>& tags) {
        return [=](jwt::AccountClaims& claims) {
            claims.exports.clear();
            for (const std::string& subject : subjects) {
                jwt::Export& one = claims.exports.emplace_back();
                one.name = one.subject = subject;
                one.type = "service";
            }
            claims.tags = tags;
        };
    };
    const OpenCopy copy;
    auto account = copy.account("KUBECON");
    const auto signer = copy.keystore.load(public_key(account.issuer.text()));
    const auto signed_with = [&](const auto& change) {
        change(account.content.claims);
        return jwt::sign(account.content, *signer, copy.clock.now()).value();
    };
    const jwt::Token before = signed_with(more({"m", "n"}, {"c", "b"}));
    CHECK(differences(before, signed_with(more({"n", "m"}, {"b", "c"}))).empty());

    std::vector<std::string> said;
    for (const Difference& one : differences(before, signed_with(more({"a", "m", "n"}, {"a", "b"}))))
        said.push_back(one.path + " " + one.before + ">" + one.after);
    CHECK(said == std::vector<std::string>{
                      "nats.exports[service a].name >\"a\"", "nats.exports[service a].subject >\"a\"",
                      "nats.exports[service a].type >\"service\"", "nats.tags >\"a\"", "nats.tags \"c\">"});
}

TEST_CASE("differences: of two mappings with the same subject each is told apart, and the rest is the same") {
    const auto to = [](const std::string& subject, std::int64_t weight, const std::string& cluster) {
        return jwt::WeightedMapping{.subject = subject, .weight = weight, .cluster = cluster, .extra = {}};
    };
    const auto found = after([&](jwt::AccountClaims& claims) {
        claims.mappings["a"] = {to("b", 40, "sfo2"), to("b", 60, "ams3")};
    });
    std::vector<std::string> paths;
    for (const Difference& one : found)
        if (one.path.ends_with(".weight")) paths.push_back(one.path + " " + one.after);
    CHECK(paths ==
          std::vector<std::string>{"nats.mappings.a[b ams3].weight 60", "nats.mappings.a[b sfo2].weight 40"});
}
