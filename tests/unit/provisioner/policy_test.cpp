#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/policy/policy.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};
constexpr base::Instant beginning{std::chrono::seconds{1000}};

using support::key_of;

nkeys::PublicKey user(std::uint64_t start) {
    return key_of(Kind::user, start).public_key();
}

Issuer issuer_of(Role role) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    auto account = jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), noon)->text());
    return Issuer::create(
               {.account = std::move(*account), .key = key_of(Kind::account, 2), .role = std::move(role)},
               noon)
        .value();
}

std::vector<Issuer> issuers() {
    std::vector<Issuer> both;
    both.push_back(issuer_of({.name = "chat"}));
    both.push_back(issuer_of({.name = "admin", .requesters = {user(7)}}));
    return both;
}

}  // namespace

TEST_CASE("Policy: the default role is taken when none is asked for, and an unknown one is refused") {
    const auto policy = Policy::create({}, issuers());
    REQUIRE(policy);
    CHECK((*policy->authorize("", std::nullopt))->role().name == "chat");
    CHECK((*policy->authorize("chat", user(1)))->role().name == "chat");
    CHECK(policy->authorize("root", user(7)).error().code == Reason::unknown_role);
}

TEST_CASE("Policy: a role that is for some requesters is refused to the others, and to those nobody knows") {
    const auto policy = Policy::create({}, issuers());
    CHECK(policy->authorize("admin", user(7)));
    CHECK(policy->authorize("admin", user(8)).error().code == Reason::role_denied);
    CHECK(policy->authorize("admin", std::nullopt).error().code == Reason::role_denied);
}

TEST_CASE("Policy: a reserved name is a bad name, in either form") {
    const auto policy = Policy::create({.reserved_names = {"root"}}, issuers());
    CHECK(policy->name("wallyqs"));
    CHECK(policy->name("root").error().code == Reason::bad_name);
    CHECK(policy->plain_name(" Root x").error().code == Reason::bad_name);
    CHECK(policy->name("root2"));
}

TEST_CASE("Policy: without its default role, or with a role twice, there is none") {
    CHECK_FALSE(Policy::create({.default_role = "other"}, issuers()));
    std::vector<Issuer> twice = issuers();
    twice.push_back(issuer_of({.name = "chat"}));
    CHECK_FALSE(Policy::create({}, std::move(twice)));
}

TEST_CASE("TokenBucket: a burst passes, the next one does not, and a second brings so many more") {
    TokenBucket bucket;
    const Rate rate{.per_second = 2, .burst = 3};
    for (int i = 0; i < 3; ++i)
        CHECK(bucket.take(rate, beginning));
    CHECK_FALSE(bucket.take(rate, beginning));
    CHECK(bucket.take(rate, beginning + 1s));
    CHECK(bucket.take(rate, beginning + 1s));
    CHECK_FALSE(bucket.take(rate, beginning + 1s));
    CHECK_FALSE(bucket.full(rate, beginning + 2s));
    CHECK(bucket.full(rate, beginning + 3s));
}

TEST_CASE("RateLimit: each requester has a bucket of its own, and no rate is no limit") {
    RateLimit<nkeys::PublicKey> limit;
    const Rate rate{.per_second = 1, .burst = 1};
    CHECK(limit.allow(user(1), rate, beginning));
    CHECK_FALSE(limit.allow(user(1), rate, beginning));
    CHECK(limit.allow(user(2), rate, beginning));
    CHECK(limit.allow(user(1), Rate{}, beginning));
    CHECK(limit.allow(user(1), rate, beginning + 1s));
}
