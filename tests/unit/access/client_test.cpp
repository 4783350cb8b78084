#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <set>

#include <natscreds/access/client.h>
#include <natscreds/access/renewal.h>
#include <support/fake_bus.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using access::Errc;
using access::Reason;
using namespace std::chrono_literals;

namespace {

using support::key_of;

std::string account() {
    return key_of(nkeys::Kind::account).public_key().text();
}

/// A JWT by the account itself, for an hour.
jwt::Token user_jwt(const std::string& subject, const std::string& name, base::Time now) {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = subject;
    draft.name = name;
    draft.expires = now + 1h;
    return jwt::sign(draft, key_of(nkeys::Kind::account), now).value();
}

/// A client of a service that a test can make lie or be absent.
struct Bench {
    using Answer = support::FakeRequests::Answer;
    explicit Bench(Answer answer) : requests(std::move(answer)) {}

    access::Service service() {
        return {.requests = requests, .clock = clock, .random = random, .subjects = {}};
    }
    base::Result<access::Answer> ask(const std::optional<nkeys::PublicKey>& expected_account = {}) {
        return access::request_access(service(), {.options = {.name = "wallyqs"},
                                                  .requester = key_of(nkeys::Kind::user, 5).public_key(),
                                                  .expected_account = expected_account});
    }

    support::FakeClock clock;
    support::FixedRandom random{3};
    support::FakeRequests requests;
};

bus::Message grant_of(const std::string& subject, const std::string& name, base::Time now) {
    bus::Message reply;
    reply.body = access::encode_grant({.jwt = user_jwt(subject, name, now).text(),
                                       .name = name,
                                       .role = "chat",
                                       .subject = subject,
                                       .account = account(),
                                       .issuers = {account()},
                                       .expires = now + 1h,
                                       .renew_after = {},
                                       .server_id = {},
                                       .generation = 0});
    return reply;
}

/// Grants to whoever asks, under this name.
Bench::Answer granting(const std::string& name) {
    return [name](const bus::Message& request) -> base::Result<bus::Message> {
        const base::Time now = support::FakeClock().now();
        const auto asked = access::parse_request(request.body, {.audience = "chat.req.access", .now = now});
        REQUIRE(asked);
        REQUIRE(*asked);
        return grant_of((*asked)->key.text(), name, now);
    };
}

}  // namespace

TEST_CASE("Client: what is granted holds the key that was made here") {
    Bench bench(granting("wallyqs"));
    const auto answer = bench.ask();
    REQUIRE(answer);
    const auto* const granted = std::get_if<access::Granted>(&*answer);
    REQUIRE(granted != nullptr);
    CHECK(granted->credentials.key().public_key().text() == granted->grant.subject);
    CHECK(bench.requests.subjects() ==
          std::vector<std::string>{"chat.req.access." + key_of(nkeys::Kind::user, 5).public_key().text()});
}

TEST_CASE("Client: only where nobody answers or it may not ask it asks directly, and then once") {
    const auto [error, times] = GENERATE(table<bus::Errc, std::size_t>({{bus::Errc::no_responders, 2},
                                                                        {bus::Errc::permission_denied, 2},
                                                                        {bus::Errc::timeout, 1},
                                                                        {bus::Errc::disconnected, 1}}));
    Bench bench([error = error](const bus::Message&) { return base::Error{error, ""}; });
    CHECK(bench.ask().error().code == error);
    CHECK(bench.requests.subjects().size() == times);
    CHECK((bench.requests.subjects().back() == "chat.req.access") == (times == 2));
}

TEST_CASE("Client: while no reply comes it asks again with the same key, as often as it is to, and no more") {
    const unsigned lost = GENERATE(0U, 1U, 2U, 3U);
    std::set<std::string> keys;
    std::size_t asked = 0;
    const Bench::Answer grant = granting("wallyqs");
    Bench bench([&](const bus::Message& request) -> base::Result<bus::Message> {
        const auto parsed = access::parse_request(
            request.body, {.audience = "chat.req.access", .now = support::FakeClock().now()});
        keys.insert((*parsed)->key.text());
        if (asked++ < lost) return base::Error{bus::Errc::timeout, ""};
        return grant(request);
    });
    const nkeys::SigningKey own = key_of(nkeys::Kind::user, 77);
    const auto answer = access::request_access(bench.service(), {.options = {.name = "wallyqs"},
                                                                 .requester = {},
                                                                 .expected_account = {},
                                                                 .key = &own,
                                                                 .attempts = 3});
    CHECK(keys == std::set<std::string>{own.public_key().text()});
    CHECK(asked == std::min(lost + 1, 3U));
    REQUIRE(answer.has_value() == (lost < 3));
    if (answer) CHECK(std::get<access::Granted>(*answer).credentials.key().public_key() == own.public_key());
}

TEST_CASE("Client: that nobody answers is said, though the other way to ask is not allowed") {
    const auto [vouched, direct, told] = GENERATE(table<bus::Errc, bus::Errc, bus::Errc>(
        {{bus::Errc::no_responders, bus::Errc::permission_denied, bus::Errc::no_responders},
         {bus::Errc::permission_denied, bus::Errc::no_responders, bus::Errc::no_responders},
         {bus::Errc::permission_denied, bus::Errc::permission_denied, bus::Errc::permission_denied},
         {bus::Errc::no_responders, bus::Errc::timeout, bus::Errc::timeout}}));
    const auto fail = [vouched = vouched, direct = direct](const bus::Message& request) {
        const bool is_direct = request.subject == "chat.req.access" || request.subject == "chat.req.renew";
        return base::Error{is_direct ? direct : vouched, request.subject};
    };
    Bench asking(fail);
    CHECK(asking.ask().error().code == told);
    Bench renewing(fail);
    const std::string subject = key_of(nkeys::Kind::user).public_key().text();
    const auto current = jwt::Credentials::create(
        jwt::decode<jwt::UserClaims>(user_jwt(subject, "wallyqs", renewing.clock.now()).text()).value(),
        key_of(nkeys::Kind::user));
    CHECK(access::request_renewal(renewing.service(), *current).error().code == told);
}

TEST_CASE("Client: a grant under another name, or for another account than expected, is not believed") {
    Bench other_name(granting("derek"));
    CHECK(other_name.ask().error().code == Errc::other_name);
    Bench bench(granting("wallyqs"));
    CHECK(bench.ask(key_of(nkeys::Kind::account, 9).public_key()).error().code == Errc::other_account);
    CHECK(bench.ask(key_of(nkeys::Kind::account).public_key()));
}

TEST_CASE("Client: a refusal is an answer") {
    Bench bench([](const bus::Message&) {
        bus::Message reply;
        reply.body = access::encode_refusal({.error = {Reason::rate_limited, "slower"}, .retry_after = 2s});
        return base::Result<bus::Message>(reply);
    });
    const auto answer = bench.ask();
    REQUIRE(answer);
    const auto* const refusal = std::get_if<access::Refusal>(&*answer);
    REQUIRE(refusal != nullptr);
    CHECK(refusal->error.code == Reason::rate_limited);
    CHECK(refusal->retry_after == 2s);
}

TEST_CASE("Client: a renewal is for the same key, name and account, or it is not believed") {
    const base::Time now = support::FakeClock().now();
    const std::string subject = key_of(nkeys::Kind::user).public_key().text();
    const auto current = jwt::Credentials::create(
        jwt::decode<jwt::UserClaims>(user_jwt(subject, "wallyqs", now).text()).value(),
        key_of(nkeys::Kind::user));
    REQUIRE(current);
    const auto renewed_as = [&](const std::string& key, const std::string& name) {
        Bench bench(
            [&](const bus::Message&) { return base::Result<bus::Message>(grant_of(key, name, now)); });
        const auto answer = access::request_renewal(bench.service(), *current);
        return answer ? std::error_code() : answer.error().code;
    };
    CHECK(renewed_as(subject, "wallyqs") == std::error_code());
    CHECK(renewed_as(subject, "derek") == Errc::other_name);
    CHECK(renewed_as(key_of(nkeys::Kind::user, 9).public_key().text(), "wallyqs") == Errc::other_key);
}
