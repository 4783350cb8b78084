// What a token of an OpenID Connect issuer is given, by requests, renewals and callouts.
#include <map>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/access/renewal.h>
#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/jwt/tag.h>
#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/requests/responder.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/foreign_issuer.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

using support::key_of;

const support::ForeignIssuer& ci() {
    static const support::ForeignIssuer issuer("ES256", "k1");
    return issuer;
}

/// The issuer, while it is there.
struct IssuerWeb final : identity::Web {
    base::Result<std::string> read(const std::string&) const override {
        ++asked;
        if (gone) return base::Error{identity::Errc::unreachable, "no connection"};
        return R"({"keys":[)" + ci().jwk() + "]}";
    }
    mutable int asked = 0;
    bool gone = false;
};

Role role_named(const std::string& name, const std::string& identity = "") {
    Role role{.name = name, .ttl = 1h, .renewable = Renewable::yes};
    role.identity = identity;
    role.default_name = name == "deploy" ? "robot" : "";
    role.permissions.pub.allow = {"chat.req.renew", "only." + name};
    role.permissions.sub.allow = {"_INBOX_.{{subject()}}.>"};
    role.permissions.payload = 8192;
    return role;
}

Policy policy_at(base::Time now) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    const auto account =
        jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), now)->text());
    std::vector<Issuer> issuers;
    for (const Role& role : {role_named("open"), role_named("deploy", "github"), role_named("view", "github"),
                             role_named("cluster", "kubernetes")})
        issuers.push_back(
            Issuer::create({.account = *account, .key = key_of(Kind::account, 2), .role = role}, now)
                .value());
    return Policy::create(
               {.client_accounts = {key_of(Kind::account, 8).public_key()}, .default_role = "open"},
               std::move(issuers))
        .value();
}

identity::OidcExpected expected() {
    return {.name = "github",
            .issuer = "https://issuer",
            .audiences = {"nats"},
            .rules = {{.when = {{"repository", {"acme/*"}}, {"ref", {"refs/heads/main"}}},
                       .role = "deploy",
                       .name = "ci-{{claim(repository)}}",
                       .ttl = 15min},
                      {.when = {{"repository", {"acme/*"}}}, .role = "view"}}};
}

using Changed = std::map<std::string, std::string>;

struct Bench {
    Bench()
        : policy(policy_at(clock.now())),
          ledger(NameRule(24h), 100),
          responder({.policy = policy,
                     .ledger = ledger,
                     .clock = clock,
                     .intervals = intervals,
                     .random = random,
                     .verifiers = {.oidc = {&verifier}}},
                    {.subjects = {}, .server_id = ""}),
          vouched({.policy = policy,
                   .ledger = ledger,
                   .clock = clock,
                   .intervals = intervals,
                   .random = random,
                   .verifiers = {.oidc = {&verifier}}},
                  {.subjects = {}, .requests = Requests::vouched, .server_id = ""}),
          callout({.policy = policy,
                   .verifiers = {.oidc = {&verifier}},
                   .roles = roles,
                   .ledger = ledger,
                   .clock = clock,
                   .intervals = intervals,
                   .random = random},
                  {.key = key_of(Kind::account, 1), .xkey = {}, .role = ""}) {}

    [[nodiscard]] std::string token(const Changed& changed = {}) const {
        const auto seconds = clock.now().time_since_epoch().count();
        Changed all{{"iss", R"("https://issuer")"},        {"aud", R"("nats")"},
                    {"sub", R"("repo:Acme/Shop")"},        {"repository", R"("acme/shop")"},
                    {"ref", R"("refs/heads/main")"},       {"iat", std::to_string(seconds)},
                    {"exp", std::to_string(seconds + 600)}};
        for (const auto& [name, value] : changed)
            all[name] = value;
        std::string text;
        for (const auto& [name, value] : all)
            text += (text.empty() ? "{\"" : ",\"") + name + "\":" + value;
        return ci().token(text + "}");
    }

    bus::Message request(const std::string& proof, access::AccessOptions options = {}) {
        if (!proof.empty())
            options.identity =
                access::Identity{.kind = "oidc", .token = base::Secret::copy_of(base::as_bytes(proof))};
        bus::Message message;
        message.subject = "chat.req.access";
        message.reply = "_INBOX.abc";
        message.body = access::encode_request(options, user,
                                              {.audience = "chat.req.access", .now = clock.now()}, random);
        return message;
    }
    Answer ask(const std::string& proof, access::AccessOptions options = {}) {
        return responder.respond(request(proof, std::move(options))).value();
    }
    Answer renew(const jwt::Token& current, const std::string& proof) {
        const access::Identity shown{.kind = "oidc", .token = base::Secret::copy_of(base::as_bytes(proof))};
        bus::Message message;
        message.subject = "chat.req.renew";
        message.reply = "_INBOX.abc";
        message.body =
            access::encode_renewal({.current = current, .identity = proof.empty() ? nullptr : &shown}, user,
                                   {.audience = "chat.req.renew", .now = clock.now()}, random);
        return responder.respond(message).value();
    }
    Answer connect(const std::string& name, const std::string& proof) {
        jwt::Draft<jwt::AuthorizationRequestClaims> draft;
        draft.subject = key_of(Kind::account, 1).public_key().text();
        draft.audience = "nats-authorization-request";
        draft.expires = clock.now() + 2s;
        const nkeys::SigningKey server = key_of(Kind::server, 5);
        draft.claims.server.id = server.public_key().text();
        draft.claims.user_nkey = key_of(Kind::user, ++connections).public_key().text();
        draft.claims.client.host = "10.0.0.1";
        draft.claims.connect.user = name;
        (name.empty() ? draft.claims.connect.auth_token : draft.claims.connect.pass) = proof;
        bus::Message message;
        message.reply = "$SYS._INBOX.a.b";
        message.body = jwt::sign(draft, server, clock.now()).value().text();
        return callout.answer(message).value();
    }

    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FixedRandom random{42};
    nkeys::SigningKey user = key_of(Kind::user, 21);
    std::uint64_t connections = 100;
    IssuerWeb web;
    identity::KeyCache keys{
        {.name = "https://issuer", .discovery_url = "", .key_set_url = "https://issuer/k"}, web, intervals};
    identity::OidcVerifier verifier{expected(), keys, clock};
    identity::ServiceRoles roles;
    CurrentPolicy policy;
    MemoryLedger ledger;
    Responder responder;
    Responder vouched;
    Callout callout;
};

jwt::Decoded<jwt::UserClaims> user_in(const Answer& answer) {
    REQUIRE_FALSE(answer.outcome);
    const auto reply = access::parse_reply(std::get<std::string>(answer.body)).value();
    return jwt::decode<jwt::UserClaims>(std::get<access::Grant>(reply).jwt).value();
}

std::string why(const Answer& answer) {
    return answer.headers.empty() ? "" : answer.headers.back().value;
}

}  // namespace

TEST_CASE(
    "Oidc requests: a rule gives role, name and life, and the record has the issuer's subject as owner") {
    Bench bench;
    const Answer answer = bench.ask(bench.token());
    CAPTURE(why(answer));
    REQUIRE_FALSE(answer.outcome);
    const auto issued = user_in(answer);
    CHECK(issued.content.name == "ci-acme-shop");
    CHECK(jwt::tag_value(issued.claims().tags, "role") == "deploy");
    CHECK(jwt::tag_value(issued.claims().tags, "identity") == "github");
    // The token lives for ten minutes, the rule would give fifteen, the role an hour.
    CHECK(issued.content.expires == bench.clock.now() + 600s);
    CHECK(answer.record.owner == "oidc:https://issuer#repo:Acme/Shop");
    CHECK(answer.record.identity == answer.record.owner);
    const std::string long_lived =
        bench.token({{"exp", std::to_string(bench.clock.now().time_since_epoch().count() + 7200)}});
    CHECK(user_in(bench.ask(long_lived)).content.expires == bench.clock.now() + 15min);
}

TEST_CASE("Oidc requests: no more is given than the rules and roles say") {
    Bench bench;
    const auto outcome = [&](const std::string& proof, access::AccessOptions options) {
        return bench.ask(proof, std::move(options)).outcome;
    };
    const std::string proof = bench.token();
    CHECK(outcome(proof, {.name = "ci-acme-shop", .role = "deploy"}) == std::error_code());
    CHECK(outcome(proof, {.name = "another", .role = "deploy"}) == Reason::role_denied);
    CHECK(outcome(proof, {.name = "ci-acme-shop", .role = "view"}) == Reason::role_denied);
    CHECK(outcome(proof, {.name = "ci-acme-shop", .role = "open"}) == Reason::role_denied);
    CHECK(outcome(proof, {.name = "x", .role = "cluster"}) == Reason::role_denied);
    CHECK(outcome("", {.name = "thief", .role = "deploy"}) == Reason::bad_identity);
    CHECK(outcome("", {.name = "thief", .role = "cluster"}) == Reason::bad_identity);
    CHECK(outcome("", {.name = "anybody", .role = "open"}) == std::error_code());
    // The rule for other branches has no name of its own, and its role none either.
    const std::string branch = bench.token({{"ref", R"("refs/heads/next")"}});
    CHECK(outcome(branch, {.name = "chosen"}) == std::error_code());
    CHECK(outcome(branch, {}) == Reason::bad_name);
}

TEST_CASE("Oidc requests: a claim that makes no name is refused, and one is never put into a name as it is") {
    Bench bench;
    const auto named = [&](const std::string& repository) {
        return bench.ask(bench.token({{"repository", repository}}), {.name = "", .role = "deploy"});
    };
    CHECK(user_in(named(R"("acme/A.b>*c d")")).content.name == "ci-acme-a-b--c-d");
    CHECK(named(R"("acme/sh\u00f6p")").outcome == Reason::bad_name);
    CHECK(named('"' + ("acme/" + std::string(70, 'a')) + '"').outcome == Reason::bad_name);
}

TEST_CASE("Oidc requests: whom no rule matches is told so, and the log says why") {
    Bench bench;
    const Answer answer = bench.ask(bench.token({{"repository", R"("evil/shop")"}}), {.name = "x"});
    CHECK(answer.outcome == Reason::bad_identity);
    CHECK(why(answer) == "no rule gives a role to this identity");
    REQUIRE(answer.trouble);
    CHECK(answer.trouble->message().find(R"(repository is "evil/shop", expected "acme/*")") !=
          std::string::npos);
    CHECK_FALSE(answer.retry_after);
}

TEST_CASE("Oidc requests: an issuer that is gone is trouble of ours, and one may ask again") {
    Bench bench;
    bench.web.gone = true;
    const Answer answer = bench.ask(bench.token());
    CHECK(answer.outcome == Reason::bad_identity);
    CHECK(answer.trouble);
    CHECK(answer.retry_after == 5s);
}

TEST_CASE(
    "Oidc requests: a renewal wants a fresh proof of the same subject, whom the rules still give the role") {
    Bench bench;
    const jwt::Token issued = user_in(bench.ask(bench.token())).token;
    bench.clock.advance(60s);
    const Answer renewed = bench.renew(issued, bench.token());
    CAPTURE(why(renewed));
    REQUIRE_FALSE(renewed.outcome);
    CHECK(user_in(renewed).content.expires == bench.clock.now() + 600s);
    CHECK(bench.renew(issued, "").outcome == Reason::bad_identity);
    CHECK(bench.renew(issued, bench.token({{"sub", R"("repo:acme/shop")"}})).outcome == Reason::bad_identity);
    CHECK(bench.renew(issued, bench.token({{"ref", R"("refs/heads/next")"}})).outcome == Reason::role_denied);
}

TEST_CASE("Oidc requests: after ten bad proofs a requester's next is refused before anything is asked") {
    Bench bench;
    const auto ask_as = [&](std::uint64_t requester, const std::string& proof) {
        bus::Message message = bench.request(proof, {.name = "x"});
        message.subject = "chat.req.access." + key_of(Kind::account, 8).public_key().text() + "." +
                          key_of(Kind::user, requester).public_key().text();
        return bench.vouched.respond(message)->outcome;
    };
    const std::string bad = support::ForeignIssuer("ES256", "k9").token("{}");
    for (int i = 0; i < 10; ++i)
        CHECK(ask_as(50, bad) == Reason::bad_identity);
    const int asked = bench.web.asked;
    CHECK(ask_as(50, bad) == Reason::rate_limited);
    CHECK(ask_as(50, bench.token()) == Reason::rate_limited);
    CHECK(bench.web.asked == asked);
    CHECK(ask_as(51, bad) == Reason::bad_identity);
    bench.intervals.advance(1s);
    CHECK(ask_as(50, bad) == Reason::bad_identity);
    CHECK(ask_as(50, bad) == Reason::rate_limited);
}

TEST_CASE("Oidc callout: a token alone, or as the password of oidc, lets in as the rules say") {
    Bench bench;
    for (const std::string& name : {std::string(), std::string("oidc")}) {
        const Answer answer = bench.connect(name, bench.token());
        REQUIRE_FALSE(answer.outcome);
        CHECK(answer.record.event == "authorized");
        CHECK(answer.record.name == "ci-acme-shop");
        CHECK(answer.record.role == "deploy");
        CHECK(answer.record.identity == "oidc:https://issuer#repo:Acme/Shop");
        CHECK(answer.record.expires == bench.clock.now() + 600s);
    }
    CHECK(bench.connect("oidc", bench.token({{"aud", R"("other")"}})).outcome == Reason::bad_identity);
    CHECK(bench.connect("nats-user", bench.token()).outcome != std::error_code());
    CHECK(bench.connect("oidc", bench.token({{"repository", R"("evil/x")"}})).outcome ==
          Reason::bad_identity);
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "ci-acme-shop"}}));
    CHECK(bench.connect("", bench.token()).outcome == Reason::denied);
}
