#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reply.h>
#include <support/key_of.h>

using namespace natscreds;
using access::Errc;
using access::Reason;
using namespace std::chrono_literals;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

using support::key_of;

const nkeys::SigningKey& user_key() {
    static const nkeys::SigningKey key = key_of(nkeys::Kind::user);
    return key;
}

/// A grant as the service makes it: for user_key(), by the signing key 2 of the account 3.
access::Grant good_grant() {
    const std::string account = key_of(nkeys::Kind::account, 3).public_key().text();
    const auto signing_key = key_of(nkeys::Kind::account, 2);
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = user_key().public_key().text();
    draft.name = "wallyqs";
    draft.expires = noon + 1h;
    draft.claims.issuer_account = account;
    return {.jwt = jwt::sign(draft, signing_key, noon)->text(),
            .name = "wallyqs",
            .role = "chat",
            .subject = draft.subject,
            .account = account,
            .issuers = {signing_key.public_key().text()},
            .expires = noon + 1h,
            .renew_after = std::nullopt,
            .server_id = "AWS/West",
            .generation = 0};
}

access::Expectation expectation() {
    return {.key = user_key().public_key(), .name = "wallyqs", .account = std::nullopt, .now = noon};
}

access::Refusal refusal_in(const std::string& body) {
    const auto reply = access::parse_reply(body);
    REQUIRE(reply);
    const auto* const refusal = std::get_if<access::Refusal>(&*reply);
    REQUIRE(refusal != nullptr);
    return *refusal;
}

std::error_code verified(const access::Grant& grant, const access::Expectation& expected) {
    const auto user = access::verify(grant, expected);
    return user ? std::error_code() : user.error().code;
}

}  // namespace

TEST_CASE("Reply: a grant is encoded as the protocol document shows it") {
    access::Grant grant = good_grant();
    grant.jwt = "J";
    grant.subject = "U";
    grant.account = "A";
    grant.issuers = {"A1", "A2"};
    CHECK(access::encode_grant(grant) ==
          R"({"jwt":"J","name":"wallyqs","role":"chat","subject":"U","account":"A","issuers":["A1","A2"],)"
          R"("expires":1700003600,"server_id":"AWS/West","generation":0})");
    grant.renew_after = noon + 40min;
    grant.superseded_until = noon + 10min;
    const std::string text = access::encode_grant(grant);
    CHECK(text.find(R"("expires":1700003600,"renew_after":1700002400,)") != std::string::npos);
    CHECK(text.ends_with(R"(,"generation":0,"superseded_until":1700000600})"));
    CHECK(std::get<access::Grant>(access::parse_reply(text).value()).superseded_until == noon + 10min);
}

TEST_CASE("Reply: a grant that was encoded is parsed and verifies") {
    const auto reply = access::parse_reply(access::encode_grant(good_grant()));
    REQUIRE(reply);
    const auto* const grant = std::get_if<access::Grant>(&*reply);
    REQUIRE(grant != nullptr);
    CHECK(grant->issuers == good_grant().issuers);
    CHECK(grant->expires == noon + 1h);
    CHECK(verified(*grant, expectation()) == std::error_code());
}

TEST_CASE("Reply: a refusal carries code, reason and sentence, and what may help") {
    const base::Error taken{Reason::name_taken, "the name wallyqs belongs to another key"};
    CHECK(
        access::encode_refusal({.error = taken, .retry_after = {}, .now = {}}) ==
        R"({"error":{"code":409,"reason":"name_taken","message":"the name wallyqs belongs to another key"}})");
    const base::Error stale{Reason::stale, "late"};
    CHECK(access::encode_refusal({.error = stale, .retry_after = {}, .now = noon}) ==
          R"({"error":{"code":401,"reason":"stale","message":"late","now":1700000000}})");
    const base::Error limited{Reason::rate_limited, "slower"};
    CHECK(access::encode_refusal({.error = limited, .retry_after = 3s, .now = {}}) ==
          R"({"error":{"code":429,"reason":"rate_limited","message":"slower","retry_after":3}})");
    CHECK(access::encode_plain_refusal(taken) == "-ERR 'the name wallyqs belongs to another key'");
}

TEST_CASE("Reply: every reason has its own name and a number, and is read back as what was sent") {
    std::set<std::string_view> names;
    for (const Reason reason : access::all_reasons()) {
        CHECK(access::number(reason) >= 400);
        names.insert(access::name(reason));
        const access::Refusal refusal =
            refusal_in(access::encode_refusal({.error = {reason, "why"}, .retry_after = 7s, .now = noon}));
        CHECK(refusal.error.code == reason);
        CHECK(refusal.error.detail == "why");
        CHECK(refusal.retry_after == 7s);
        CHECK(refusal.now == noon);
    }
    CHECK(names.size() == 22);
}

TEST_CASE("Reply: a refusal of a newer service keeps its words") {
    const access::Refusal refusal =
        refusal_in(R"({"error":{"code":418,"reason":"teapot","message":"short\nand stout"}})");
    CHECK(refusal.error.code == Errc::refused);
    CHECK(refusal.error.detail == "short and stout (teapot)");
}

TEST_CASE("Reply: times that no service means are passed over, and so is what is no time") {
    const std::string odd = GENERATE("-1", "0", "9223372036854775807", "1e300", "\"7\"", "null");
    const access::Refusal refusal = refusal_in(R"({"error":{"reason":"busy","message":"","retry_after":)" +
                                               odd + R"(,"now":)" + odd + "}}");
    CHECK_FALSE(refusal.retry_after);
    CHECK_FALSE(refusal.now);
}

TEST_CASE("Reply: -ERR is a refusal and not a grant") {
    const access::Refusal refusal = refusal_in("-ERR 'name is empty'");
    CHECK(refusal.error.code == Errc::refused);
    CHECK(refusal.error.detail == "name is empty");
}

TEST_CASE("Reply: anything else is not a reply") {
    const std::string body = GENERATE("", "hello", "{", "[]", "{}", R"({"error":7})", "\xff");
    CHECK(access::parse_reply(body).error().code == Errc::not_a_reply);
}

TEST_CASE("Verify: a grant for another key, name or account is not believed") {
    access::Expectation other_key = expectation();
    other_key.key = key_of(nkeys::Kind::user, 9).public_key();
    CHECK(verified(good_grant(), other_key) == Errc::other_key);
    access::Expectation other_name = expectation();
    other_name.name = "derek";
    CHECK(verified(good_grant(), other_name) == Errc::other_name);
    access::Expectation other_account = expectation();
    other_account.account = key_of(nkeys::Kind::account, 9).public_key();
    CHECK(verified(good_grant(), other_account) == Errc::other_account);
    other_account.account = key_of(nkeys::Kind::account, 3).public_key();
    CHECK(verified(good_grant(), other_account) == std::error_code());
}

TEST_CASE("Verify: what the reply says of the account must be what the JWT says") {
    access::Grant grant = good_grant();
    grant.account = key_of(nkeys::Kind::account, 9).public_key().text();
    CHECK(verified(grant, expectation()) == Errc::other_account);
}

TEST_CASE("Verify: a JWT by none of the named issuers is not believed") {
    access::Grant grant = good_grant();
    grant.issuers = {key_of(nkeys::Kind::account, 9).public_key().text()};
    CHECK(verified(grant, expectation()) == Errc::other_issuer);
    grant.issuers.clear();
    CHECK(verified(grant, expectation()) == Errc::other_issuer);
}

TEST_CASE("Verify: a JWT that has expired is not believed") {
    access::Expectation late = expectation();
    late.now = noon + 1h;
    CHECK(verified(good_grant(), late) == std::error_code());
    late.now = noon + 1h + 1s;
    CHECK(verified(good_grant(), late) == Errc::not_in_time);
}

TEST_CASE("Verify: a JWT that ends at another time than the reply says is not believed") {
    access::Grant grant = good_grant();
    grant.expires += 1s;
    CHECK(verified(grant, expectation()) == Errc::other_expiry);
}

TEST_CASE("Verify: a JWT that was changed on the way is not believed") {
    access::Grant grant = good_grant();
    grant.jwt[grant.jwt.size() - 5] = grant.jwt[grant.jwt.size() - 5] == 'A' ? 'B' : 'A';
    CHECK(verified(grant, expectation()) == jwt::Errc::bad_signature);
}
