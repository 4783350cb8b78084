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
    REQUIRE(found[1].path == "nats.mappings.a.0.subject");
    REQUIRE(found[1].before.empty());
    REQUIRE(found[1].after == "\"b\"");
    REQUIRE(found[2].path.starts_with("nats.revocations.U"));
    REQUIRE(found[2].after.empty());
}
