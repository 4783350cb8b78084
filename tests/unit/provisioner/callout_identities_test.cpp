// Users with passwords and owners of certificates, whom a callout lets in as the rules of their identities say.
#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/base/password_hash.h>
#include <natscreds/jwt/tag.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/callout/password_lane.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/key_of.h>
#include <support/made_certificates.h>
#include <support/signing.h>
#include <support/token_cluster.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using support::key_of;
using namespace std::chrono_literals;

namespace {

using Question = jwt::Draft<jwt::AuthorizationRequestClaims>;

Policy policy_at(base::Time now) {
    std::vector<Issuer> issuers;
    for (const char* name : {"reader", "device", "service"}) {
        Role role{.name = name, .ttl = 1h};
        role.default_name = std::string(name) == "reader" ? "{{claim(user)}}" : "";
        issuers.push_back(
            Issuer::create(
                {.account = ConfiguredAccount{"APP"}, .key = key_of(Kind::account, 2), .role = role}, now)
                .value());
    }
    return Policy::create({.default_role = "reader"}, std::move(issuers)).value();
}

struct Bench {
    explicit Bench(bool clusters = false)
        : users(write_users()),
          passwords({.file = users,
                     .rules = {{.when = {{"user", {"ann@*"}}}, .role = "reader", .ttl = 10min},
                               {.when = {{"user", {"bob"}}}, .role = "reader"}}}),
          certificates(
              identity::CertificateVerifier::load({.name = "devices",
                                                   .ca = authority.file("ca.pem"),
                                                   .rules = {{.when = {{"uri", {"spiffe://example.org/*"}}},
                                                              .role = "device",
                                                              .name = "d-{{claim(cn)}}"}}},
                                                  clock)
                  .value()),
          policy(policy_at(clock.now())),
          callout({.policy = policy,
                   .verifiers = {.kubernetes = clusters ? &cluster : nullptr,
                                 .password = &passwords,
                                 .x509 = {&certificates}},
                   .roles = roles,
                   .ledger = ledger,
                   .clock = clock,
                   .intervals = intervals,
                   .random = random},
                  {.key = key_of(Kind::account, 1), .xkey = {}, .role = "service"}) {}

    [[nodiscard]] std::filesystem::path write_users() const {
        const std::string hash = base::hash_password(base::as_bytes("right")).value();
        const auto file =
            folder.write("users", "ann@example.com:" + hash + "\nbob:" + hash + "\nstranger:" + hash + "\n");
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        return file;
    }

    [[nodiscard]] bus::Message message(const std::function<void(Question&)>& edit) {
        Question draft;
        const nkeys::SigningKey server = key_of(Kind::server, 5);
        draft.subject = key_of(Kind::account, 1).public_key().text();
        draft.audience = "nats-authorization-request";
        draft.expires = clock.now() + 2s;
        draft.claims.server.id = server.public_key().text();
        draft.claims.user_nkey = key_of(Kind::user, ++connections).public_key().text();
        draft.claims.client.host = "10.0.0.1";
        edit(draft);
        bus::Message message;
        message.reply = "$SYS._INBOX.a.b";
        message.body = jwt::sign(draft, server, clock.now()).value().text();
        return message;
    }
    [[nodiscard]] Answer login(const std::string& user, const std::string& password,
                               const std::string& host = "10.0.0.1") {
        return callout
            .answer(message([&](Question& draft) {
                draft.claims.connect.user = user;
                draft.claims.connect.pass = password;
                draft.claims.client.host = host;
            }))
            .value();
    }
    [[nodiscard]] Answer connect_with(const jwt::ClientTls& tls) {
        return callout.answer(message([&](Question& draft) { draft.claims.tls = tls; })).value();
    }
    [[nodiscard]] std::string device(const std::string& name, int days = 1) const {
        return authority.issue(
            {.subject = "/CN=" + name, .names = "URI:spiffe://example.org/" + name, .days = days});
    }

    support::MadeAuthority authority{"ca"};
    support::TempDir folder;
    std::filesystem::path users;
    /// What is issued later is in time.
    support::FakeClock clock{support::real_time() + 1min};
    support::FakeIntervals intervals;
    support::FixedRandom random;
    support::TokenCluster cluster{clock};
    identity::ServiceRoles roles;
    identity::PasswordVerifier passwords;
    identity::CertificateVerifier certificates;
    CurrentPolicy policy;
    MemoryLedger ledger{NameRule(24h), 100};
    Callout callout;
    std::uint64_t connections = 100;
};

jwt::Decoded<jwt::UserClaims> user_in(const Answer& answer) {
    const auto response =
        jwt::decode<jwt::AuthorizationResponseClaims>(std::get<std::string>(answer.body)).value();
    INFO(response.claims().error);
    REQUIRE_FALSE(answer.outcome);
    return jwt::decode<jwt::UserClaims>(response.claims().jwt).value();
}

}  // namespace

TEST_CASE("Callout password: a user comes in as the rules say, and the audit has the user as owner") {
    Bench bench;
    const Answer answer = bench.login("ann@example.com", "right");
    const auto user = user_in(answer);
    CHECK(user.content.name == "ann-example-com");
    CHECK(user.content.expires == bench.clock.now() + 10min);
    CHECK(jwt::tag_value(user.claims().tags, "identity") == "password");
    CHECK(answer.record.identity == "password:ann@example.com");
    CHECK(answer.record.role == "reader");
    CHECK(user_in(bench.login("bob", "right")).content.expires == bench.clock.now() + 1h);
}

TEST_CASE("Callout password: another password, an unknown user and a name that is none are refused alike") {
    Bench bench;
    const auto why = [&](const std::string& user, const std::string& password) {
        const Answer answer = bench.login(user, password);
        CHECK(answer.outcome == Reason::bad_identity);
        return jwt::decode<jwt::AuthorizationResponseClaims>(std::get<std::string>(answer.body))
            .value()
            .claims()
            .error;
    };
    const std::string wrong = why("bob", "wrong");
    CHECK(wrong == "bad_identity: unknown user, or wrong password");
    CHECK(why("nobody", "right") == wrong);
    CHECK(why("oidc", "right") == wrong);
    CHECK(why(std::string(70, 'x'), "right") == wrong);
    CHECK(why("stranger", "right") == "bad_identity: no rule gives a role to this identity");
}

TEST_CASE(
    "Callout password: ten wrong ones of a user hold up that user, from whatever host, and nobody else") {
    Bench bench;
    for (int i = 0; i < 10; ++i)
        CHECK(bench.login("bob", "wrong", "10.0.1." + std::to_string(i)).outcome == Reason::bad_identity);
    CHECK(bench.login("bob", "right", "10.0.2.1").outcome == Reason::rate_limited);
    CHECK_FALSE(bench.login("ann@example.com", "right", "10.0.2.1").outcome);
    bench.intervals.advance(1s);
    CHECK_FALSE(bench.login("bob", "right", "10.0.2.1").outcome);
}

TEST_CASE("Callout password: a file that cannot be read lets nobody in, and the log says why") {
    Bench bench;
    std::filesystem::remove(bench.users);
    const Answer answer = bench.login("bob", "right");
    CHECK(answer.outcome == Reason::bad_identity);
    REQUIRE(answer.trouble);
    CHECK(answer.trouble->message().find(bench.users.string()) != std::string::npos);
}

TEST_CASE("Callout password: beside a cluster a token is a ServiceAccount's, and anything else a password") {
    Bench bench(true);
    const identity::AccountName account{.namespace_name = "shop", .name = "cart"};
    bench.roles.replace({{.account = account, .publish = {}, .subscribe = {}}});
    const Answer answer = bench.login("cart", bench.cluster.token(account, bench.clock.now() + 1min));
    CHECK_FALSE(answer.outcome);
    CHECK(answer.record.service_account == "shop/cart");
    CHECK_FALSE(bench.login("bob", "right").outcome);
}

TEST_CASE("Callout password: only its questions are to be hashed for") {
    Bench bench(true);
    const auto hashes = [&](const std::function<void(Question&)>& edit) {
        const auto opened = bench.callout.open(bench.message(edit));
        return bench.callout.hashes(*std::get<Callout::Opened>(opened));
    };
    CHECK(hashes([](Question& draft) {
        draft.claims.connect.user = "bob";
        draft.claims.connect.pass = "x";
    }));
    CHECK_FALSE(hashes([&](Question& draft) {
        draft.claims.connect.user = "cart";
        draft.claims.connect.pass = bench.cluster.token({"shop", "cart"}, bench.clock.now() + 1min);
    }));
    CHECK_FALSE(hashes([&](Question& draft) { draft.claims.tls = jwt::ClientTls{.certs = {"x"}}; }));
}

TEST_CASE("Callout certificate: its owner comes in as the rules say, for as long as the certificate lives") {
    Bench bench;
    const std::string mine = bench.device("cam1");
    const Answer answer = bench.connect_with({.verified_chains = {{mine}}});
    const auto user = user_in(answer);
    CHECK(user.content.name == "d-cam1");
    CHECK(jwt::tag_value(user.claims().tags, "identity") == "devices");
    CHECK(answer.record.identity.starts_with("x509:"));
    CHECK(answer.record.identity.ends_with("#spiffe://example.org/cam1"));
    CHECK(Owner::parse(answer.record.identity));
    CHECK_FALSE(bench.connect_with({.certs = {mine}}).outcome);
    // Half an hour before its end.
    bench.clock.advance(23h + 30min);
    CHECK(user_in(bench.connect_with({.verified_chains = {{mine}}})).content.expires <
          bench.clock.now() + 31min);
    bench.clock.advance(1h);
    CHECK(bench.connect_with({.verified_chains = {{mine}}}).outcome == Reason::bad_identity);
}

TEST_CASE("Callout certificate: another authority's, none, and one beside a wrong password are refused") {
    Bench bench;
    const support::MadeAuthority other("ca");
    const std::string theirs = other.issue({.subject = "/CN=x", .names = "URI:spiffe://example.org/x"});
    CHECK(bench.connect_with({.verified_chains = {{theirs}}}).outcome == Reason::bad_identity);
    CHECK(bench.connect_with({.verified_chains = {{theirs, bench.device("cam1")}}}).outcome ==
          Reason::bad_identity);
    CHECK(bench.connect_with({}).outcome == Reason::bad_identity);
    // What somebody shows counts, and not what the connection has besides.
    const std::string mine = bench.device("cam1");
    const Answer answer = *bench.callout.answer(bench.message([&](Question& draft) {
        draft.claims.tls = jwt::ClientTls{.verified_chains = {{mine}}};
        draft.claims.connect.user = "bob";
        draft.claims.connect.pass = "wrong";
    }));
    CHECK(answer.outcome == Reason::bad_identity);
}

TEST_CASE("Callout certificate: a denied name is refused, and whom no rule matches is told of in the log") {
    Bench bench;
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "d-cam1"}}));
    CHECK(bench.connect_with({.verified_chains = {{bench.device("cam1")}}}).outcome == Reason::denied);
    const std::string other = bench.authority.issue({.subject = "/CN=x", .names = "URI:spiffe://evil.org/x"});
    const Answer answer = bench.connect_with({.verified_chains = {{other}}});
    CHECK(answer.outcome == Reason::bad_identity);
    REQUIRE(answer.trouble);
    CHECK(answer.trouble->message().find(R"(uri is "spiffe://evil.org/x")") != std::string::npos);
}

TEST_CASE("Password lane: what was put is run, in turn, and beyond its room nothing is taken") {
    std::atomic<std::size_t> ran = 0;
    std::atomic<bool> held = true;
    PasswordLane lane;
    const auto task = [&] {
        held.wait(true);
        ++ran;
    };
    for (std::size_t i = 0; i < PasswordLane::hashers; ++i)
        REQUIRE(lane.put(task));
    REQUIRE(support::eventually([&] { return lane.waiting() == 0; }));
    for (std::size_t i = 0; i < PasswordLane::max_waiting; ++i)
        REQUIRE(lane.put(task));
    CHECK_FALSE(lane.put(task));
    held = false;
    held.notify_all();
    lane.finish();
    CHECK(ran == PasswordLane::hashers + PasswordLane::max_waiting);
    CHECK_FALSE(lane.put(task));
}
