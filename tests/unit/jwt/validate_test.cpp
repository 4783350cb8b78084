// Single rules; that all of them are there, and as severe as elsewhere, the Go oracle tests in conformance/.
#include <algorithm>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/jwt/authorization_claims.h>
#include <natscreds/jwt/validate.h>
#include <support/fakes.h>
#include <support/temp_dir.h>

#include "../../../jwt/time_zones.h"

using namespace natscreds;
using nkeys::Kind;

namespace {

constexpr base::Time noon{std::chrono::seconds{1'700'000'000}};

nkeys::SigningKey key_of(Kind kind) {
    support::FixedRandom random;
    return nkeys::SigningKey::generate(kind, random).value();
}

template <class C>
std::vector<jwt::Issue> issues_of(const jwt::Draft<C>& draft, const nkeys::SigningKey& issuer) {
    const auto decoded = jwt::decode<C>(jwt::sign(draft, issuer, noon).value().text());
    return jwt::validate(decoded.value(), {.now = noon});
}

template <class C>
std::vector<jwt::Issue> issues_of(const C& claims, Kind subject, Kind issuer) {
    jwt::Draft<C> draft;
    draft.subject = key_of(subject).public_key().text();
    draft.claims = claims;
    return issues_of(draft, key_of(issuer));
}

std::vector<jwt::Issue> issues_of(const jwt::AccountClaims& claims) {
    return issues_of(claims, Kind::account, Kind::operator_);
}

std::vector<jwt::Issue> issues_of(const jwt::UserClaims& claims) {
    return issues_of(claims, Kind::user, Kind::account);
}

std::vector<jwt::Issue> issues_of_service_url(const std::string& url) {
    jwt::OperatorClaims claims;
    claims.operator_service_urls = {url};
    return issues_of(claims, Kind::operator_, Kind::operator_);
}

std::vector<jwt::Issue> issues_of_time(const std::string& time) {
    jwt::UserClaims claims;
    claims.times = {{.start = "12:00:00", .end = time, .extra = {}}};
    return issues_of(claims);
}

}  // namespace

TEST_CASE("Validate: claims as they are new have no issues") {
    CHECK(issues_of(jwt::OperatorClaims(), Kind::operator_, Kind::operator_).empty());
    CHECK(issues_of(jwt::AccountClaims()).empty());
    CHECK(issues_of(jwt::UserClaims()).empty());
    CHECK(issues_of(jwt::UserClaims::scoped()).empty());
}

TEST_CASE("Validate: a service URL is nats, tls, ws or wss with nothing but host and port") {
    for (const char* url : {"nats://localhost", "TLS://nats.example:4222", "ws://[2001:db8::1]:80",
                            "wss://größe", "nats://nats.example:", "nats://nats.example?x", "nats:x"}) {
        INFO(url);
        CHECK(issues_of_service_url(url).empty());
    }
    for (const char* url : {"nats.example", "nats.example:4222", "http://nats.example",
                            "nats://nats.example/", "nats://me@nats.example", "nats://nats.example:port",
                            "nats://[2001:db8::1", "nats://a b", "nats://%41", "nats://a%zz", "nats://\x01",
                            "://nats.example", "4nats://nats.example", "nats://nats.example#%"}) {
        INFO(url);
        CHECK(issues_of_service_url(url).size() == 1);
    }
}

TEST_CASE("Validate: an info URL needs a scheme and a host, which a port alone is not") {
    jwt::AccountClaims claims;
    claims.info_url = "https://nats.example:443/a%20b?c#d";
    CHECK(issues_of(claims).empty());
    claims.info_url =
        GENERATE("nats.example", "//nats.example", "https://:443", "https:nats.example", "https:///a");
    CHECK(issues_of(claims).size() == 1);
}

TEST_CASE("Validate: a time of day may have a fraction, and an hour of one digit") {
    for (const char* time : {"00:00:00", "23:59:59", "9:30:00", "09:30:00.25", "09:30:00,5"}) {
        INFO(time);
        CHECK(issues_of_time(time).empty());
    }
    for (const char* time :
         {"", "24:00:00", "12:60:00", "12:00:60", "12:00", "12:0:00", "09:30:00.", "09:30:00.x"}) {
        INFO(time);
        CHECK(issues_of_time(time).size() == 1);
    }
}

TEST_CASE("Validate: a time zone is a name of the database, never a path out of it or another file in it") {
    using jwt::ValidationContext;
    CHECK(ValidationContext::is_system_time_zone("Europe/Berlin"));
    CHECK(ValidationContext::is_system_time_zone("UTC"));
    CHECK(ValidationContext::is_system_time_zone("Local"));
    for (const char* name :
         {"Europe", "zone.tab", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC", "Mars/Base"}) {
        INFO(name);
        CHECK_FALSE(ValidationContext::is_system_time_zone(name));
    }
}

TEST_CASE("Validate: without a database each name that could be a time zone's is taken, and no other") {
    const support::TempDir empty;
    for (const auto& database : {empty.path(), empty.path() / "not-there"}) {
        for (const char* name : {"Europe/Berlin", "America/Argentina/Buenos_Aires", "America/Port-au-Prince",
                                 "Etc/GMT+5", "EST5EDT", "UTC", "Local"}) {
            INFO(name);
            CHECK(jwt::is_time_zone(name, database));
        }
        for (const char* name : {"", "/etc/passwd", "../UTC", "Europe/../UTC", "Europe//Berlin", "Europe/",
                                 "zone.tab", "Mars Base", "a\\b", "Europe/Berlin\n"}) {
            INFO(name);
            CHECK_FALSE(jwt::is_time_zone(name, database));
        }
    }
    empty.write("UTC", "TZif2");
    CHECK_FALSE(jwt::is_time_zone("Europe/Berlin", empty.path()));
    empty.write("Europe/Berlin", "TZif2");
    CHECK(jwt::is_time_zone("Europe/Berlin", empty.path()));
}

TEST_CASE("Validate: an account token position below zero and weights outside 1 to 100 are errors") {
    jwt::AccountClaims claims;
    claims.exports.emplace_back().subject = "a.*";
    claims.exports.back().type = "service";
    claims.exports.back().account_token_position = 2;
    claims.mappings["a"].emplace_back().subject = "b";
    CHECK(issues_of(claims).empty());
    claims.exports.back().account_token_position = -1;
    claims.mappings["a"].back().weight = -1;
    CHECK(issues_of(claims).size() == 2);
}

TEST_CASE("Validate: of two exports neither may contain the other") {
    jwt::AccountClaims claims;
    claims.exports.resize(2);
    for (jwt::Export& exported : claims.exports)
        exported.type = "stream";
    claims.exports[0].subject = "a.*";
    claims.exports[1].subject = "a.b.c";
    CHECK(issues_of(claims).empty());
    claims.exports[1].subject = "a.b";
    CHECK(issues_of(claims).size() == 1);
    // Not so by the meaning of the wildcards, but by the rule with which servers refuse.
    claims.exports[1].subject = "a.>";
    CHECK(issues_of(claims).size() == 2);
}

TEST_CASE("Validate: what is out of time is an issue of its own severity") {
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = key_of(Kind::user).public_key().text();
    draft.expires = noon - std::chrono::seconds(1);
    draft.not_before = noon + std::chrono::seconds(1);
    const auto issues = issues_of(draft, key_of(Kind::account));
    REQUIRE(issues.size() == 2);
    CHECK(
        std::ranges::all_of(issues, [](const auto& issue) { return issue.severity == jwt::Severity::time; }));
    CHECK_FALSE(jwt::has_errors(issues));
}

TEST_CASE("Validate: an answer of a callout has a JWT or an error, and not both") {
    const auto [token, error, issues] = GENERATE(table<std::string, std::string, std::size_t>(
        {{"ey", "", 0}, {"", "no", 0}, {"ey", "no", 1}, {"", "", 1}}));
    jwt::Draft<jwt::AuthorizationResponseClaims> draft;
    draft.subject = key_of(Kind::user).public_key().text();
    draft.audience = key_of(Kind::server).public_key().text();
    draft.claims = {.jwt = token, .error = error, .issuer_account = {}, .tags = {}, .extra = {}};
    CHECK(issues_of(draft, key_of(Kind::account)).size() == issues);
    draft.audience = key_of(Kind::account).public_key().text();
    CHECK(issues_of(draft, key_of(Kind::account)).size() == issues + 1);
}
