// Who is let in by a callout, and who is not: everything but the network.
#include <functional>
#include <variant>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/base/base64url.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/key_of.h>
#include <support/token_cluster.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using identity::AccountName;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

using support::key_of;

nkeys::CurveKey curve_key(std::uint64_t start) {
    support::FixedRandom random(start);
    return nkeys::CurveKey::generate(random);
}

const AccountName nats_user{.namespace_name = "nats-io", .name = "nats-user"};

using Account = std::variant<jwt::Decoded<jwt::AccountClaims>, ConfiguredAccount>;

Policy policy_of(const PolicyRules& rules, base::Time now, Account account = ConfiguredAccount{"APP"}) {
    Role service{.name = "service", .ttl = 1h};
    service.permissions.payload = 4096;
    std::vector<Issuer> issuers;
    issuers.push_back(
        Issuer::create(
            {.account = std::move(account), .key = key_of(Kind::account, 2), .role = std::move(service)}, now)
            .value());
    return Policy::create(rules, std::move(issuers)).value();
}

/// Of an account with a JWT, which revokes all users that were issued up to a moment.
Policy policy_that_revokes(const PolicyRules& rules, base::Time until) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    draft.claims.revocations["*"] = until.time_since_epoch().count();
    const auto token = jwt::sign(draft, key_of(Kind::operator_, 4), until);
    return policy_of(rules, until, jwt::decode<jwt::AccountClaims>(token->text()).value());
}

PolicyRules usual_rules() {
    PolicyRules rules;
    rules.default_role = "service";
    rules.reserved_names = {"root"};
    return rules;
}

using Question = jwt::Draft<jwt::AuthorizationRequestClaims>;

/// A callout without its network, and the server that asks it.
struct Bench {
    explicit Bench(const PolicyRules& rules = usual_rules(), std::optional<nkeys::CurveKey> xkey = {})
        : policy(policy_of(rules, clock.now())),
          ledger(NameRule(24h), 100),
          callout({.policy = policy,
                   .verifiers = {.kubernetes = &cluster},
                   .roles = roles,
                   .ledger = ledger,
                   .clock = clock,
                   .intervals = intervals,
                   .random = random,
                   .known_server = [this](const nkeys::PublicKey& key) { return key == known; }},
                  {.key = key_of(Kind::account, 1), .xkey = std::move(xkey), .role = "service"}) {
        roles.replace({{.account = nats_user,
                        .publish = {.allow = {"foo.*"}, .deny = {}, .extra = {}},
                        .subscribe = {.allow = {"hello.world"}, .deny = {}, .extra = {}}}});
    }

    [[nodiscard]] std::string token(base::Time expires) const { return cluster.token(nats_user, expires); }

    /// The question that a server puts when nats-user shows its token.
    [[nodiscard]] Question question() {
        Question draft;
        draft.subject = key_of(Kind::account, 1).public_key().text();
        draft.audience = "nats-authorization-request";
        draft.expires = clock.now() + 2s;
        draft.claims.server.id = server.public_key().text();
        draft.claims.user_nkey = key_of(Kind::user, ++connections).public_key().text();
        draft.claims.client.host = "10.0.0.1";
        draft.claims.connect.user = "nats-user";
        draft.claims.connect.pass = token(clock.now() + 10min);
        return draft;
    }

    [[nodiscard]] std::string signed_by(const nkeys::SigningKey& key, const Question& draft) const {
        return jwt::sign(draft, key, clock.now()).value().text();
    }

    [[nodiscard]] std::optional<Answer> put(bus::Message message) {
        if (message.reply.empty()) message.reply = "$SYS._INBOX.a.b";
        return callout.answer(message);
    }
    [[nodiscard]] Answer ask(const Question& draft) {
        bus::Message message;
        message.body = signed_by(server, draft);
        return put(std::move(message)).value();
    }
    [[nodiscard]] Answer ask_with(const std::function<void(Question&)>& edit) {
        Question draft = question();
        edit(draft);
        return ask(draft);
    }

    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FixedRandom random;
    support::TokenCluster cluster{clock};
    identity::ServiceRoles roles;
    nkeys::SigningKey server = key_of(Kind::server, 5);
    nkeys::PublicKey known = server.public_key();
    CurrentPolicy policy;
    MemoryLedger ledger;
    Callout callout;
    std::uint64_t connections = 100;
};

jwt::Decoded<jwt::AuthorizationResponseClaims> response_in(const Answer& answer) {
    return jwt::decode<jwt::AuthorizationResponseClaims>(std::get<std::string>(answer.body)).value();
}

jwt::Decoded<jwt::UserClaims> user_in(const Answer& answer) {
    return jwt::decode<jwt::UserClaims>(response_in(answer).claims().jwt).value();
}

/// Why a question with this changed is refused.
std::error_code refusal(const std::function<void(Question&)>& edit) {
    Bench bench;
    const Answer answer = bench.ask_with(edit);
    if (answer.outcome) CHECK(answer.record.event == "refused");
    return answer.outcome;
}

}  // namespace

TEST_CASE("Callout: a ServiceAccount is let in as itself, with what its role says and nothing more") {
    Bench bench;
    const Question question = bench.question();
    const Answer answer = bench.ask(question);
    REQUIRE_FALSE(answer.outcome);
    const auto response = response_in(answer);
    CHECK(response.content.subject == question.claims.user_nkey);
    CHECK(response.content.audience == question.claims.server.id);
    CHECK(response.issuer == key_of(Kind::account, 1).public_key());
    CHECK(response.claims().error.empty());
    const auto user = user_in(answer);
    CHECK(user.content.subject == question.claims.user_nkey);
    CHECK(user.content.name == "nats-user");
    CHECK(user.content.audience == "APP");
    CHECK(user.claims().pub.allow == std::vector<std::string>{"foo.*"});
    CHECK(user.claims().sub.allow == std::vector<std::string>{"hello.world"});
    CHECK(user.claims().payload == 4096);
    CHECK(user.content.expires == bench.clock.now() + 10min);
    CHECK(answer.record.event == "authorized");
    CHECK(answer.record.service_account == "nats-io/nats-user");
    CHECK(answer.record.host == "10.0.0.1");
    CHECK(answer.record.server == question.claims.server.id);
    CHECK(answer.identified);
}

TEST_CASE("Callout: who is let in leaves when the role's time is over, and never later than the token's") {
    Bench bench;
    const auto expiry = [&](base::Time token_expires) {
        return user_in(bench.ask_with(
                           [&](Question& draft) { draft.claims.connect.pass = bench.token(token_expires); }))
            .content.expires;
    };
    const base::Time now = bench.clock.now();
    CHECK(expiry(now + 3599s) == now + 3599s);
    CHECK(expiry(now + 3601s) == now + 1h);
}

TEST_CASE("Callout: the token may come as a token instead of a password") {
    CHECK_FALSE(refusal(
        [](Question& draft) { std::swap(draft.claims.connect.pass, draft.claims.connect.auth_token); }));
}

TEST_CASE("Callout: an empty list of a role allows nothing") {
    Bench bench;
    bench.roles.replace({{.account = nats_user, .publish = {}, .subscribe = {}}});
    const auto user = user_in(bench.ask(bench.question()));
    CHECK(user.claims().pub.deny == std::vector<std::string>{">"});
    CHECK(user.claims().sub.deny == std::vector<std::string>{">"});
}

TEST_CASE("Callout: another name than the token's, no name that can be one, and a reserved one are refused") {
    const auto named = [](const std::string& name) {
        return refusal([&](Question& draft) { draft.claims.connect.user = name; });
    };
    CHECK(named("nats-admin-user") == Reason::bad_identity);
    CHECK(named("") == Reason::bad_name);
    CHECK(named(">") == Reason::bad_name);
    CHECK(named("root") == Reason::bad_name);
}

TEST_CASE("Callout: no token, a changed one, another cluster's and one that has expired are refused") {
    const auto shown = [](const std::function<std::string(const Bench&)>& token) {
        Bench bench;
        return bench.ask_with([&](Question& draft) { draft.claims.connect.pass = token(bench); }).outcome;
    };
    const auto soon = [](const Bench& bench) { return bench.clock.now() + 1min; };
    CHECK(shown([](const Bench&) { return ""; }) == Reason::bad_identity);
    CHECK(shown([&](const Bench& bench) { return bench.token(soon(bench)) + "A"; }) == Reason::bad_identity);
    CHECK(shown([](const Bench& bench) { return bench.token(bench.clock.now()); }) == Reason::bad_identity);
    CHECK(shown([&](const Bench& bench) {
              return support::TokenCluster(bench.clock).token(nats_user, soon(bench));
          }) == Reason::bad_identity);
    CHECK_FALSE(shown([&](const Bench& bench) { return bench.token(soon(bench)); }));
}

TEST_CASE(
    "Callout: a ServiceAccount without a role, or of another namespace, is refused and named in the audit") {
    Bench bench;
    const AccountName stranger{.namespace_name = "default", .name = "nats-user"};
    const Answer answer = bench.ask_with([&](Question& draft) {
        draft.claims.connect.pass = bench.cluster.token(stranger, bench.clock.now() + 1min);
    });
    CHECK(answer.outcome == Reason::role_denied);
    CHECK(answer.record.service_account == "default/nats-user");
    CHECK(response_in(answer).claims().error == "role_denied: default/nats-user has no NatsServiceRole");
    bench.roles.replace({});
    CHECK(bench.ask(bench.question()).outcome == Reason::role_denied);
}

TEST_CASE("Callout: a denied name is refused, and let in again when it is allowed") {
    Bench bench;
    const Denial denial{.kind = Denial::Kind::name, .value = "nats-user"};
    REQUIRE(bench.ledger.deny({.whom = denial}));
    const Answer refused = bench.ask(bench.question());
    CHECK(refused.outcome == Reason::denied);
    CHECK(refused.record.name == "nats-user");
    REQUIRE(bench.ledger.allow(denial));
    CHECK_FALSE(bench.ask(bench.question()).outcome);
}

TEST_CASE("Callout: nobody is let in whom the account's JWT revokes, and others are again afterwards") {
    Bench bench;
    bench.policy.replace(policy_that_revokes(usual_rules(), bench.clock.now()));
    CHECK(bench.ask(bench.question()).outcome == Reason::denied);
    bench.clock.advance(1s);
    CHECK_FALSE(bench.ask(bench.question()).outcome);
}

TEST_CASE("Callout: a host that tries too often is turned away, and another is not") {
    PolicyRules rules = usual_rules();
    rules.requester_rate = {.per_second = 1, .burst = 2};
    Bench bench(rules);
    CHECK_FALSE(bench.ask(bench.question()).outcome);
    CHECK_FALSE(bench.ask(bench.question()).outcome);
    CHECK(bench.ask(bench.question()).outcome == Reason::rate_limited);
    CHECK_FALSE(bench.ask_with([](Question& draft) { draft.claims.client.host = "10.0.0.2"; }).outcome);
    bench.clock.advance(GENERATE(-1h, 1h));
    CHECK(bench.ask(bench.question()).outcome == Reason::rate_limited);
    bench.intervals.advance(1s);
    CHECK_FALSE(bench.ask(bench.question()).outcome);
}

TEST_CASE("Callout: a ServiceAccount comes in whose name is as long as a label, and none with other signs") {
    Bench bench;
    const auto comes_in = [&](const std::string& name) {
        const AccountName account{.namespace_name = "nats-io", .name = name};
        bench.roles.replace({{.account = account, .publish = {}, .subscribe = {}}});
        return bench.ask_with([&](Question& draft) {
            draft.claims.connect.user = name;
            draft.claims.connect.pass = bench.cluster.token(account, bench.clock.now() + 1min);
        });
    };
    const std::string longest = "orders-of-the-department-of-navigation-and-of-all-of-its-ships2";
    REQUIRE(longest.size() == 63);
    CHECK_FALSE(comes_in("orders-of-the-department-of-navigation-2").outcome);
    CHECK_FALSE(comes_in(longest).outcome);
    for (const std::string& name : {std::string("my.app"), std::string("2fa-service"), longest + "3"})
        CHECK(comes_in(name).outcome == Reason::bad_name);
}

TEST_CASE("Callout: a question put a second time is refused") {
    Bench bench;
    bus::Message message;
    message.body = bench.signed_by(bench.server, bench.question());
    CHECK_FALSE(bench.put(message)->outcome);
    CHECK(bench.put(message)->outcome == Reason::stale);
    bench.clock.advance(29s);
    CHECK(bench.put(message)->outcome == Reason::stale);
}

TEST_CASE("Callout: a question put a second time is refused also when the date was set meanwhile") {
    Bench bench;
    bus::Message message;
    message.body = bench.signed_by(bench.server, bench.question());
    CHECK_FALSE(bench.put(message)->outcome);
    const auto by = GENERATE(-1h, 1h);
    for (int i = 0; i < 3; ++i) {
        bench.clock.advance(by);
        CHECK_FALSE(bench.ask(bench.question()).outcome);
    }
    bench.clock.advance(-3 * by);
    CHECK(bench.put(message)->outcome == Reason::stale);
}

TEST_CASE("Callout: a server that nobody knows is refused") {
    Bench bench;
    const nkeys::SigningKey stranger = key_of(Kind::server, 6);
    Question question = bench.question();
    question.claims.server.id = stranger.public_key().text();
    bus::Message message;
    message.body = bench.signed_by(stranger, question);
    CHECK(bench.put(message)->outcome == Reason::unvouched);
}

TEST_CASE("Callout: what is not a server's question to a callout is refused") {
    CHECK(refusal([](Question& draft) { draft.audience = "nats-authorization-response"; }) ==
          Reason::bad_audience);
    CHECK(refusal([](Question& draft) {
              draft.claims.server.id = key_of(Kind::server, 9).public_key().text();
          }) == Reason::malformed);
    CHECK(refusal([](Question& draft) { draft.claims.user_nkey = "UA"; }) == Reason::malformed);
    CHECK(refusal([](Question& draft) { draft.expires.reset(); }) == Reason::malformed);
}

TEST_CASE("Callout: clocks may be half a minute apart, and no more") {
    const auto asked_after = [](std::chrono::seconds passed) {
        Bench bench;
        bus::Message message;
        message.body = bench.signed_by(bench.server, bench.question());
        bench.clock.advance(passed);
        return bench.put(message)->outcome;
    };
    CHECK_FALSE(asked_after(32s));
    CHECK(asked_after(33s) == Reason::stale);
    CHECK_FALSE(asked_after(-30s));
    CHECK(asked_after(-31s) == Reason::stale);
}

TEST_CASE("Callout: a nonce that is signed has to be signed by the client's key") {
    const nkeys::SigningKey client = key_of(Kind::user, 70);
    const auto signed_nonce = [&](const std::string& nonce) {
        return refusal([&](Question& draft) {
            draft.claims.client.nonce = "nonce";
            draft.claims.connect.nkey = client.public_key().text();
            draft.claims.connect.sig = base::base64url_encode(client.sign(base::as_bytes(nonce)));
        });
    };
    CHECK_FALSE(signed_nonce("nonce"));
    CHECK(signed_nonce("another") == Reason::bad_signature);
}

TEST_CASE(
    "Callout: what cannot be read is answered with nothing, and what has no server's inbox not at all") {
    Bench bench;
    bus::Message message;
    message.body = GENERATE(std::string(), std::string("ey.J0.x"), std::string(65537, 'e'));
    const auto answer = bench.put(message);
    CHECK(answer->outcome);
    CHECK(std::get<std::string>(answer->body).empty());
    CHECK(answer->headers.empty());
    CHECK_FALSE(answer->identified);
    message.reply = GENERATE("_INBOX.a", "$SYS.REQ.SERVER.PING", "$SYS._INBOXES.a");
    CHECK_FALSE(bench.put(message));
}

TEST_CASE("Callout: with an xkey questions are sealed, and so are the answers, for the server that asked") {
    const nkeys::CurveKey ours = curve_key(30);
    const nkeys::CurveKey servers = curve_key(31);
    Bench bench(usual_rules(), curve_key(30));
    const auto sealed = [&](const nkeys::CurveKey& sender) {
        Question question = bench.question();
        question.claims.server.xkey = servers.public_key().text();
        const std::string text = bench.signed_by(bench.server, question);
        bus::Message message;
        message.body =
            base::as_text(sender.seal(base::as_bytes(text), ours.public_key(), bench.random).value());
        message.headers = {{"Nats-Server-Xkey", sender.public_key().text()}};
        return bench.put(message).value();
    };
    const Answer answer = sealed(servers);
    REQUIRE_FALSE(answer.outcome);
    const auto opened = servers.open(base::as_bytes(std::get<std::string>(answer.body)), ours.public_key());
    REQUIRE(opened);
    CHECK(jwt::decode<jwt::AuthorizationResponseClaims>(base::as_text(*opened)));

    const Answer relayed = sealed(curve_key(32));
    CHECK(relayed.outcome == Reason::malformed);
    CHECK(std::get<std::string>(relayed.body).empty());
    CHECK(bench.ask(bench.question()).outcome == Reason::malformed);
}

TEST_CASE("Callout: without an xkey a sealed question is refused") {
    Bench bench;
    bus::Message message;
    message.body = "xkv1";
    message.headers = {{"Nats-Server-Xkey", curve_key(31).public_key().text()}};
    CHECK(bench.put(message)->outcome == Reason::malformed);
}

TEST_CASE("Callout: a role that changes while the token is verified does not count any more") {
    struct Changing final : identity::Verifier {
        explicit Changing(Bench& of) : bench(of) {}
        base::Result<identity::Verified> verify(std::string_view token) override {
            auto verified = bench.cluster.verify(token);
            bench.roles.replace({});
            return verified;
        }
        Bench& bench;
    };
    Bench bench;
    Changing verifier(bench);
    Callout callout({.policy = bench.policy,
                     .verifiers = {.kubernetes = &verifier},
                     .roles = bench.roles,
                     .ledger = bench.ledger,
                     .clock = bench.clock,
                     .intervals = bench.intervals,
                     .random = bench.random},
                    {.key = key_of(Kind::account, 1), .xkey = {}, .role = "service"});
    bus::Message message;
    message.reply = "$SYS._INBOX.a.b";
    message.body = bench.signed_by(bench.server, bench.question());
    CHECK(callout.answer(message)->outcome == Reason::role_denied);
}

TEST_CASE("RecentKeys: a key counts as seen for a minute and a half at least") {
    RecentKeys keys;
    const nkeys::PublicKey key = key_of(Kind::user, 1).public_key();
    const base::Instant noon{1'700'000'000s};
    CHECK(keys.first_time(key_of(Kind::user, 2).public_key(), noon));
    CHECK(keys.first_time(key, noon + 89s));
    CHECK_FALSE(keys.first_time(key, noon + 90s));
    CHECK_FALSE(keys.first_time(key, noon + 179s));
    CHECK(keys.first_time(key, noon + 180s));
}

TEST_CASE(
    "Callout: that servers and service do not agree on sealing is told once, for it refuses everybody") {
    Bench open;
    bus::Message sealed;
    sealed.headers = {{"Nats-Server-Xkey", curve_key(3).public_key().text()}};
    sealed.body = "sealed";
    const auto first = open.put(sealed);
    REQUIRE(first->trouble);
    CHECK(first->trouble->message().find("[callout] xkey is not given") != std::string::npos);
    CHECK_FALSE(open.put(sealed)->trouble);
    CHECK_FALSE(open.ask(open.question()).trouble);

    Bench sealing(usual_rules(), curve_key(4));
    const Answer answer = sealing.ask(sealing.question());
    REQUIRE(answer.trouble);
    CHECK(answer.trouble->message().find("servers do not seal") != std::string::npos);
}
