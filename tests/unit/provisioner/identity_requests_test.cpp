// What a proof of identity from another system changes about requests and renewals.
#include <atomic>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/access/renewal.h>
#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/base/base64url.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/identity/offline_verifier.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/requests/responder.h>
#include <support/cluster_tokens.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using support::ForeignIssuer;
using support::TokenClaims;
using namespace std::chrono_literals;

namespace {

using support::key_of;

/// The cluster's key, which takes a while to make.
const ForeignIssuer& cluster() {
    static const ForeignIssuer issuer("RSA", "r1");
    return issuer;
}

/// A cluster that publishes its key, while it is there.
class FakeWeb final : public identity::Web {
  public:
    base::Result<std::string> read(const std::string& url) const override {
        ++asked;
        if (gone) return base::Error{identity::Errc::unreachable, "https://10.0.0.1/: no connection"};
        if (url.ends_with("jwks")) return R"({"keys":[)" + cluster().jwk() + "]}";
        return std::string(R"({"issuer":"https://cluster","jwks_uri":"https://cluster/jwks"})");
    }

    mutable int asked = 0;
    bool gone = false;
};

Role service_role(const std::string& name) {
    Role role{.name = name, .ttl = 1h, .renewable = Renewable::yes};
    role.permissions.pub.allow = {"chat.req.renew"};
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>"};
    role.permissions.payload = 8192;
    return role;
}

/// Roles: `open` for everybody, `backend` for nats-io/nats-user, `service` for whoever has a NatsServiceRole.
Policy make_policy(base::Time now, const std::string& service) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    const auto account =
        jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), now)->text());
    Role backend = service_role("backend");
    backend.service_accounts = {"nats-io/nats-user"};
    std::vector<Issuer> issuers;
    for (const Role& role : {service_role("open"), backend, service_role("service")})
        issuers.push_back(
            Issuer::create({.account = *account, .key = key_of(Kind::account, 2), .role = role}, now)
                .value());
    PolicyRules rules{.default_role = "open", .service_role = service};
    rules.plain_names = PlainNames::answered;
    return Policy::create(std::move(rules), std::move(issuers)).value();
}

/// A whole service without its network, and a cluster beside it.
struct Bench {
    explicit Bench(Rate proofs = {}, const std::string& service = "service")
        : policy(make_policy(clock.now(), service)),
          ledger(NameRule(24h), 100),
          responder({.policy = policy,
                     .ledger = ledger,
                     .clock = clock,
                     .intervals = intervals,
                     .random = random,
                     .verifiers = {.kubernetes = &verifier},
                     .service_roles = &roles},
                    {.subjects = {}, .server_id = "", .proof_rate = proofs}) {}

    Answer ask(const std::string& body, const std::string& subject = "chat.req.access") {
        bus::Message message;
        message.subject = subject;
        message.reply = "_INBOX.abc";
        message.body = body;
        return responder.respond(message).value();
    }

    Answer access(const std::string& token, const std::string& role = "",
                  const std::string& kind = "kubernetes") {
        access::AccessOptions options{.name = "wallyqs", .role = role};
        options.identity =
            access::Identity{.kind = kind, .token = base::Secret::copy_of(base::as_bytes(token))};
        return ask(access::encode_request(options, user, {.audience = "chat.req.access", .now = clock.now()},
                                          random));
    }

    Answer renew(const jwt::Token& current, const std::string& token = "") {
        const access::Identity proof{.kind = "kubernetes",
                                     .token = base::Secret::copy_of(base::as_bytes(token))};
        return ask(access::encode_renewal({.current = current, .identity = token.empty() ? nullptr : &proof},
                                          user, {.audience = "chat.req.renew", .now = clock.now()}, random),
                   "chat.req.renew");
    }

    /// A genuine token, of that moment.
    std::string token(TokenClaims claims = {}) const {
        claims.issued = clock.now();
        return cluster().token(claims.json());
    }

    void may(const std::string& name, std::vector<std::string> publish, std::vector<std::string> subscribe) {
        identity::ServiceRole role{.account = {"nats-io", name}, .publish = {}, .subscribe = {}};
        role.publish.allow = std::move(publish);
        role.subscribe.allow = std::move(subscribe);
        roles.replace({role});
    }

    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FixedRandom random{42};
    nkeys::SigningKey user = key_of(Kind::user, 21);
    FakeWeb web;
    identity::KeyCache keys{
        {.name = "https://cluster", .discovery_url = "https://cluster/d"}, web, intervals};
    identity::OfflineVerifier verifier{{.issuer = "https://cluster", .audience = "nats"}, keys, clock};
    identity::ServiceRoles roles;
    CurrentPolicy policy;
    MemoryLedger ledger;
    Responder responder;
};

std::string text_of(const Answer& answer) {
    return std::get<std::string>(answer.body);
}

jwt::Decoded<jwt::UserClaims> issued(const Answer& answer) {
    CAPTURE(text_of(answer));
    REQUIRE_FALSE(answer.outcome);
    const auto reply = access::parse_reply(text_of(answer)).value();
    return jwt::decode<jwt::UserClaims>(std::get<access::Grant>(reply).jwt).value();
}

std::string reason_given(const Answer& answer) {
    const auto reply = access::parse_reply(text_of(answer)).value();
    return std::get<access::Refusal>(reply).error.detail;
}

}  // namespace

TEST_CASE("Identity: a verified ServiceAccount gets its role, no longer than its token lives") {
    Bench bench;
    const Answer answer = bench.access(bench.token({.life = 20min}), "backend");
    const auto user = issued(answer);
    CHECK(user.content.expires == bench.clock.now() + 20min);
    CHECK(user.claims().tags ==
          std::vector<std::string>{"role:backend", "gen:0",
                                   "owner:" + Owner::of_service_account("nats-io/nats-user").tag(),
                                   "service-account:nats-io/nats-user"});
    CHECK(answer.record.service_account == "nats-io/nats-user");
    CHECK(answer.identified);
    CHECK(issued(bench.access(bench.token({.life = 2h}), "backend")).content.expires ==
          bench.clock.now() + 1h);
}

TEST_CASE("Identity: a role for ServiceAccounts is for those that it lists, and for nobody without a proof") {
    Bench bench;
    const Answer other = bench.access(bench.token({.name = "nats-admin-user"}), "backend");
    CHECK(other.outcome == Reason::role_denied);
    CHECK(reason_given(other) == "the role backend is not for nats-io/nats-admin-user");
    CHECK(other.record.service_account == "nats-io/nats-admin-user");
    const Answer elsewhere = bench.access(bench.token({.namespace_name = "default"}), "backend");
    CHECK(elsewhere.outcome == Reason::role_denied);
    const access::AccessOptions options{.name = "wallyqs", .role = "backend"};
    const Answer nobody = bench.ask(access::encode_request(
        options, bench.user, {.audience = "chat.req.access", .now = bench.clock.now()}, bench.random));
    CHECK(nobody.outcome == Reason::bad_identity);
    CHECK_FALSE(nobody.identified);
}

TEST_CASE(
    "Identity: with a NatsServiceRole the permissions are the object's and a private inbox, and no others") {
    Bench bench;
    CHECK(bench.access(bench.token()).outcome == Reason::role_denied);
    bench.may("nats-user", {"foo.*"}, {"hello.world"});
    const auto user = issued(bench.access(bench.token()));
    const std::string inbox = "_INBOX_." + bench.user.public_key().text() + ".>";
    CHECK(user.claims().pub.allow == std::vector<std::string>{"foo.*", "chat.req.renew"});
    CHECK(user.claims().sub.allow == std::vector<std::string>{"hello.world", inbox});
    CHECK(user.claims().pub.deny.empty());
    CHECK(user.claims().payload == 8192);
    CHECK(user.claims().tags.front() == "role:service");
}

TEST_CASE(
    "Identity: a NatsServiceRole that is too long for a JWT is refused, and the names of others stay free") {
    Bench bench;
    bench.may("nats-user", std::vector<std::string>(200, "a.long.subject.that.fills.the.line"), {});
    CHECK(bench.access(bench.token()).outcome == Reason::role_denied);
}

TEST_CASE("Identity: permissions of nothing are nothing, and not everything") {
    Role role{.name = "bare"};
    const auto none = with_permissions(role, {.subject = "U", .name = "x"}, {});
    REQUIRE(none);
    CHECK(none->pub.deny == std::vector<std::string>{">"});
    CHECK(none->sub.deny == std::vector<std::string>{">"});
}

TEST_CASE("Identity: each proof that is not believed is bad_identity, says why, and claims nothing") {
    Bench bench;
    const ForeignIssuer another("EC", "e1");
    const std::string genuine = bench.token();
    const auto tokens = std::vector<std::pair<std::string, std::string>>{
        {bench.token({.audience = "vault"}), "expected \"nats\": the token was made for another audience"},
        {bench.token({.issuer = "https://other"}), "the token is of another issuer"},
        {bench.token({.life = 0s}), "the token has expired"},
        {genuine.substr(0, genuine.size() - 8) + "AAAAAAAA", "the token's signature does not verify"},
        {another.token(TokenClaims{.issued = bench.clock.now()}.json()),
         "the token's issuer publishes no such key"},
        {"x", "the token does not have three parts"},
        {"", "the token does not have three parts"}};
    for (const auto& [token, why] : tokens) {
        CAPTURE(why);
        const Answer answer = bench.access(token, "backend");
        CHECK(answer.outcome == Reason::bad_identity);
        CHECK(reason_given(answer) == why);
        CHECK_FALSE(answer.identified);
        CHECK(answer.record.service_account.empty());
    }
    // Another key can have the name: nobody did.
    bench.user = key_of(Kind::user, 22);
    CHECK_FALSE(bench.access(bench.token(), "backend").outcome);
}

TEST_CASE("Identity: hostile tokens are bad_identity, and an open role does not make up for them") {
    Bench bench;
    const std::string claims = TokenClaims{.issued = bench.clock.now()}.json();
    const auto with_header = [&](const std::string& header) {
        return cluster().token_with_header(header, claims);
    };
    const auto with_claims = [&](const std::string& from, const std::string& to) {
        std::string changed = claims;
        return cluster().token(changed.replace(changed.find(from), from.size(), to));
    };
    const std::string unsigned_token = base::base64url_encode(base::as_bytes(R"({"alg":"none"})")) + "." +
                                       base::base64url_encode(base::as_bytes(claims)) + ".";
    const std::vector<std::string> hostile{
        unsigned_token,
        unsigned_token + "AA",
        with_header(R"({"alg":"none","kid":"r1"})"),
        with_header(R"({"alg":"HS256","kid":"r1"})"),
        with_header(R"({"alg":"ES256","kid":"r1"})"),
        with_header(R"({"alg":"rs256","kid":"r1"})"),
        with_header(R"({"alg":"RS256","kid":"../../dev/null"})"),
        with_header(R"({"alg":"RS256","kid":["r1"]})"),
        with_header(R"({"alg":"RS256","kid":"r1","jku":"https://attacker/jwks"})"),
        with_header(R"({"alg":"RS256","kid":"r1","jwk":{"kty":"RSA"}})"),
        with_header(R"({"alg":"RS256","alg":"none","kid":"r1"})"),
        with_header(R"({"alg":"RS256","kid":"r1","crit":["exp"]})"),
        with_claims("\"nats-user\"", "\"nats-\\u0075ser\",\"name\":\"nats-admin-user\""),
        with_claims("\"nats-user\"", "\"nats-us\xd0\xb5r\""),
        with_claims("\"nats-user\"", "\"nats-user\\u0000\""),
        with_claims("\"nats-io\"", "\"nats-io/x\""),
        with_claims("{", "{\"x\":" + std::string(64, '[') + std::string(64, ']') + ","),
        with_claims("\"u1\"", "\"" + std::string(3000, 'u') + "\"").substr(0, 3500),
        "a.b.c",
        std::string(3000, 'A') + "." + std::string(10, 'B') + ".C",
    };
    for (const std::string& token : hostile) {
        CAPTURE(token.substr(0, 200));
        const Answer answer = bench.access(token, "open");
        CHECK(answer.outcome == Reason::bad_identity);
        CHECK_FALSE(answer.identified);
        CHECK(text_of(answer).find(token.substr(0, 60)) == std::string::npos);
    }
    CHECK(bench.access(std::string(20'000, 'A'), "open").outcome == Reason::too_large);
    CHECK(bench.access(bench.token(), "open", "spiffe").outcome == Reason::bad_identity);
}

TEST_CASE(
    "Identity: a cluster that does not answer is bad_identity with a time to come back, and no word of "
    "where") {
    Bench bench;
    bench.web.gone = true;
    const Answer answer = bench.access(bench.token(), "backend");
    CHECK(answer.outcome == Reason::bad_identity);
    CHECK(reason_given(answer) == "the cluster cannot be asked about the token at present");
    CHECK(text_of(answer).find(R"("retry_after":5)") != std::string::npos);
    CHECK(text_of(answer).find("10.0.0.1") == std::string::npos);
    REQUIRE(answer.trouble);
    CHECK(answer.trouble->message().find("10.0.0.1") != std::string::npos);
}

TEST_CASE("Identity: known keys go on while the cluster is gone, up to their limit") {
    Bench bench;
    CHECK_FALSE(bench.access(bench.token(), "backend").outcome);
    bench.web.gone = true;
    bench.intervals.advance(59min);
    CHECK_FALSE(bench.access(bench.token(), "backend").outcome);
    bench.intervals.advance(1min);
    CHECK(bench.access(bench.token(), "backend").outcome == Reason::bad_identity);
}

TEST_CASE("Identity: made-up tokens do not have the cluster asked, and too many proofs are rate_limited") {
    Bench bench({.per_second = 1, .burst = 2});
    CHECK(bench.access(bench.token({.audience = "vault"}), "backend").outcome == Reason::bad_identity);
    CHECK(bench.access(bench.token({.issuer = "https://x"}), "backend").outcome == Reason::bad_identity);
    CHECK(bench.web.asked == 0);
    CHECK(bench.access(bench.token(), "backend").outcome == Reason::rate_limited);
    bench.clock.advance(GENERATE(-1h, 1h));
    CHECK(bench.access(bench.token(), "backend").outcome == Reason::rate_limited);
    bench.intervals.advance(1s);
    CHECK_FALSE(bench.access(bench.token(), "backend").outcome);
}

TEST_CASE("Identity: a renewal needs a fresh proof of the same account, and has what holds by then") {
    Bench bench;
    bench.may("nats-user", {"foo.*"}, {"hello.world"});
    const auto first = issued(bench.access(bench.token({.life = 10min})));
    CHECK(first.content.expires == bench.clock.now() + 10min);
    bench.clock.advance(7min);
    CHECK(bench.renew(first.token).outcome == Reason::bad_identity);
    CHECK(bench.renew(first.token, bench.token({.name = "nats-admin-user"})).outcome == Reason::role_denied);
    CHECK(bench.renew(first.token, bench.token({.audience = "vault"})).outcome == Reason::bad_identity);

    bench.may("nats-user", {"bar"}, {});
    const Answer answer = bench.renew(first.token, bench.token({.life = 30min}));
    const auto second = issued(answer);
    // What was cut short by a token is not cut short for ever.
    CHECK(second.content.expires == bench.clock.now() + 30min);
    CHECK(second.claims().pub.allow == std::vector<std::string>{"bar", "chat.req.renew"});
    CHECK(second.claims().tags.back() == "service-account:nats-io/nats-user");
    CHECK(answer.record.service_account == "nats-io/nats-user");

    bench.roles.replace({});
    CHECK(bench.renew(second.token, bench.token()).outcome == Reason::role_denied);
}

TEST_CASE("Identity: a JWT that was issued on one account's proof is not renewed on another's") {
    Bench bench;
    const auto open = issued(bench.access(bench.token(), "open"));
    CHECK(bench.renew(open.token, bench.token({.name = "nats-admin-user"})).outcome == Reason::bad_identity);
    CHECK_FALSE(bench.renew(open.token, bench.token()).outcome);
}

namespace {

/// A cluster that does not answer until it is let.
class SilentVerifier final : public identity::Verifier {
  public:
    base::Result<identity::Verified> verify(std::string_view) override {
        ++asked;
        asked.notify_all();
        answering.wait(false);
        return base::Error{identity::Errc::unreachable, "no answer"};
    }
    base::Status check() override { return {}; }

    std::atomic<int> asked = 0;
    std::atomic<bool> answering = false;
};

}  // namespace

TEST_CASE("Identity: a cluster that does not answer holds one request; others are told busy, or served") {
    Bench bench;
    SilentVerifier silent;
    Responder responder({.policy = bench.policy,
                         .ledger = bench.ledger,
                         .clock = bench.clock,
                         .intervals = bench.intervals,
                         .random = bench.random,
                         .verifiers = {.kubernetes = &silent},
                         .service_roles = &bench.roles},
                        {.subjects = {}, .server_id = "", .proofs_at_once = 1});
    const auto request = [&](const std::string& role, bool proof) {
        access::AccessOptions options{.name = "wallyqs", .role = role};
        if (proof) {
            options.identity = access::Identity{
                .kind = "kubernetes", .token = base::Secret::copy_of(base::as_bytes(bench.token()))};
        }
        bus::Message message;
        message.subject = "chat.req.access";
        message.reply = "_INBOX.abc";
        message.body = access::encode_request(
            options, bench.user, {.audience = "chat.req.access", .now = bench.clock.now()}, bench.random);
        return message;
    };
    const bus::Message proving = request("backend", true);
    std::error_code held_up;
    std::jthread held([&] { held_up = responder.respond(proving)->outcome; });
    silent.asked.wait(0);

    CHECK(responder.respond(request("backend", true))->outcome == Reason::busy);
    CHECK(responder.respond(request("open", false))->outcome == std::error_code());
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i)
        CHECK(responder.respond(request("backend", true))->outcome == Reason::busy);
    CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
    CHECK(silent.asked == 1);

    silent.answering = true;
    silent.answering.notify_all();
    held.join();
    CHECK(held_up == Reason::bad_identity);
    CHECK(responder.respond(request("backend", true))->outcome == Reason::bad_identity);
}
