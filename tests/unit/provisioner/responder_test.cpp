#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/access/renewal.h>
#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/requests/responder.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/key_of.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

using support::key_of;

struct AccountKeys {
    std::uint64_t own;
    std::uint64_t signing;
    std::uint64_t revoked;  ///< a user's
};

jwt::Decoded<jwt::AccountClaims> account_of(const std::string& name, const AccountKeys& keys,
                                            base::Time now) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, keys.own).public_key().text();
    draft.name = name;
    draft.claims.signing_keys[key_of(Kind::account, keys.signing).public_key().text()] = std::nullopt;
    draft.claims.revocations[key_of(Kind::user, keys.revoked).public_key().text()] = INT32_MAX;
    return jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), now)->text()).value();
}

Policy make_policy(PolicyRules rules, base::Time now, const Role& names = {}) {
    const auto account = account_of("KUBECON", {.own = 3, .signing = 2, .revoked = 66}, now);
    Role chat = chat_role("KUBECON").value();
    chat.renewable = Renewable::yes;
    chat.names = names.names;
    chat.default_name = names.default_name;
    Role admin{.name = "admin", .requesters = {key_of(Kind::user, 9).public_key()}};
    std::vector<Issuer> issuers;
    for (Role role : {chat, admin, Role{.name = "fixed"}})
        issuers.push_back(
            Issuer::create({.account = account, .key = key_of(Kind::account, 2), .role = role}, now).value());
    issuers.push_back(
        Issuer::create({.account = account_of("ORDERS", {.own = 13, .signing = 12, .revoked = 86}, now),
                        .key = key_of(Kind::account, 12),
                        .role = {.name = "orders", .renewable = Renewable::yes}},
                       now)
            .value());
    return Policy::create(std::move(rules), std::move(issuers)).value();
}

PolicyRules rules_with(PlainNames plain) {
    PolicyRules rules;
    rules.plain_names = plain;
    rules.reserved_names = {"root"};
    rules.client_accounts = {key_of(Kind::account, 3).public_key()};
    return rules;
}

/// A whole service without its network.
struct Bench {
    explicit Bench(PlainNames plain = PlainNames::refused, Requests requests = Requests::direct)
        : Bench(rules_with(plain), requests) {}
    /// Of `names` those count that the chat's role is to give.
    explicit Bench(PolicyRules rules, Requests requests = Requests::direct, const Role& names = {})
        : policy(make_policy(std::move(rules), clock.now(), names)),
          ledger(NameRule(24h), 100),
          responder(
              {.policy = policy, .ledger = ledger, .clock = clock, .intervals = intervals, .random = random},
              {.subjects = {}, .requests = requests, .server_id = "AWS/West"}) {}

    [[nodiscard]] std::string request_by(const nkeys::SigningKey& key, const access::AccessOptions& options) {
        return access::encode_request(options, key, {.audience = "chat.req.access", .now = clock.now()},
                                      random);
    }
    [[nodiscard]] std::string named(const nkeys::SigningKey& key, const std::string& name) {
        return request_by(key, {.name = name, .role = {}, .ttl = {}, .identity = {}});
    }
    [[nodiscard]] std::string renewal_of(const jwt::Token& current, const nkeys::SigningKey& key) {
        return access::encode_renewal({current}, key, {.audience = "chat.req.renew", .now = clock.now()},
                                      random);
    }

    [[nodiscard]] std::optional<Answer> ask(std::string body, std::string reply = "_INBOX.abc",
                                            std::string subject = "chat.req.access") {
        bus::Message message;
        message.subject = std::move(subject);
        message.reply = std::move(reply);
        message.body = std::move(body);
        return responder.respond(message);
    }
    /// As a client account's requester, whom the server vouches for.
    [[nodiscard]] Answer ask_as(const nkeys::SigningKey& requester, std::string body,
                                access::Endpoint endpoint = access::Endpoint::access) {
        const access::Requester who{.account = key_of(Kind::account, 3).public_key(),
                                    .user = requester.public_key()};
        return ask(std::move(body), "_R_.x.y", access::Subjects().mapped(endpoint, who)).value();
    }
    [[nodiscard]] Answer renew(const jwt::Token& current, const nkeys::SigningKey& key) {
        return ask(renewal_of(current, key), "_INBOX.abc", "chat.req.renew").value();
    }
    /// As the issued user itself, in a vouched deployment.
    [[nodiscard]] Answer renew_as(const jwt::Token& current, const nkeys::SigningKey& key) {
        return ask_as(key, renewal_of(current, key), access::Endpoint::renew);
    }

    support::FakeClock clock;
    support::FakeIntervals intervals;
    support::FixedRandom random{42};
    CurrentPolicy policy;
    MemoryLedger ledger;
    Responder responder;
};

std::string text_of(const Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer.body)) return *text;
    return std::string(base::as_text(std::get<base::Secret>(answer.body).expose()));
}

access::Grant granted(const Answer& answer) {
    return std::get<access::Grant>(access::parse_reply(text_of(answer)).value());
}

jwt::Token token_of(const access::Grant& grant) {
    return jwt::decode<jwt::UserClaims>(grant.jwt)->token;
}

}  // namespace

TEST_CASE("Responder: a role with an account of its own has names of its own there, and is renewed there") {
    Bench bench;
    const auto ann = key_of(Kind::user, 7);
    const auto bob = key_of(Kind::user, 8);
    const std::string orders = key_of(Kind::account, 13).public_key().text();
    CHECK(granted(*bench.ask(bench.named(ann, "ann"))).account ==
          key_of(Kind::account, 3).public_key().text());
    const auto ask_orders = [&](const nkeys::SigningKey& key) {
        return *bench.ask(
            bench.request_by(key, {.name = "ann", .role = "orders", .ttl = {}, .identity = {}}));
    };
    const Answer answer = ask_orders(bob);
    CHECK(answer.record.issuer_account == orders);
    const access::Grant grant = granted(answer);
    CHECK(grant.account == orders);
    CHECK(grant.issuers == std::vector{key_of(Kind::account, 12).public_key().text()});
    CHECK(ask_orders(ann).outcome == Reason::name_taken);
    CHECK(bench.ledger.find("ann").value()->record.holders.back().key == ann.public_key());
    CHECK(bench.ledger.find(orders + "/ann").value()->record.holders.back().key == bob.public_key());
    CHECK(granted(bench.renew(token_of(grant), bob)).generation == 1);
}

TEST_CASE("Responder: each account's own revocations count for what is issued in it") {
    Bench bench;
    const auto revoked_there = key_of(Kind::user, 86);
    CHECK(granted(*bench.ask(bench.named(revoked_there, "ann"))).name == "ann");
    const access::AccessOptions orders{.name = "ann", .role = "orders", .ttl = {}, .identity = {}};
    CHECK(bench.ask(bench.request_by(revoked_there, orders))->outcome == Reason::denied);
}

TEST_CASE("Responder: a name is denied in all accounts, or in one that the denial names") {
    Bench bench;
    const std::string orders = key_of(Kind::account, 13).public_key().text();
    const auto denied = [&](const std::string& name, const std::string& role) {
        const access::AccessOptions options{.name = name, .role = role, .ttl = {}, .identity = {}};
        return bench.ask(bench.request_by(key_of(Kind::user, 7), options))->outcome == Reason::denied;
    };
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "ann"}}));
    CHECK(denied("ann", "chat"));
    CHECK(denied("ann", "orders"));
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = orders + "/bob"}}));
    CHECK_FALSE(denied("bob", "chat"));
    CHECK(denied("bob", "orders"));
}

TEST_CASE(
    "Responder: a refusal's record says which name, key and role were asked for, and writes no other text") {
    Bench bench(rules_with(PlainNames::answered), Requests::vouched);
    const auto requester = key_of(Kind::user, 7);
    const auto owner = key_of(Kind::user, 21);
    const auto other = key_of(Kind::user, 22);
    REQUIRE_FALSE(bench.ask_as(requester, bench.named(owner, "wallyqs")).outcome);
    const auto another = key_of(Kind::user, 8);
    const Answer taken = bench.ask_as(another, bench.named(other, "wallyqs"));
    REQUIRE(taken.outcome == Reason::name_taken);
    CHECK(taken.record.event == "refused");
    CHECK(taken.record.name == "wallyqs");
    CHECK(taken.record.key == other.public_key().text());
    CHECK(taken.record.role == "chat");
    const Answer plain = bench.ask_as(another, "wallyqs");
    REQUIRE(plain.outcome == Reason::name_taken);
    CHECK(plain.record.name == "wallyqs");
    const Answer no_name = bench.ask_as(requester, bench.named(other, "a\nb"));
    REQUIRE(no_name.outcome == Reason::bad_name);
    CHECK(no_name.record.name.empty());
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "wallyqs"}}));
    const Answer denied = bench.ask_as(requester, bench.named(owner, "wallyqs"));
    REQUIRE(denied.outcome == Reason::denied);
    CHECK(denied.record.name == "wallyqs");
}

TEST_CASE("Responder: the record of a renewal that is refused says of which name") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const auto grant = granted(bench.ask(bench.named(key, "wallyqs")).value());
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "wallyqs"}}));
    const Answer answer = bench.renew(token_of(grant), key);
    REQUIRE(answer.outcome == Reason::denied);
    CHECK(answer.record.name == "wallyqs");
    CHECK(answer.record.role == grant.role);
}

TEST_CASE("Responder: a key-bound request is granted, and the grant verifies for that key") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const auto answer = bench.ask(bench.request_by(key, {.name = "wallyqs", .role = {}, .ttl = 60s}));
    REQUIRE(answer);
    CHECK_FALSE(answer->outcome);
    CHECK(answer->headers.empty());
    const auto reply = access::parse_reply(text_of(*answer));
    REQUIRE(reply);
    const auto* const grant = std::get_if<access::Grant>(&*reply);
    REQUIRE(grant);
    CHECK(grant->server_id == "AWS/West");
    CHECK(grant->expires == bench.clock.now() + 60s);
    CHECK(access::verify(*grant, {.key = key.public_key(),
                                  .name = "wallyqs",
                                  .account = key_of(Kind::account, 3).public_key(),
                                  .now = bench.clock.now()}));
}

TEST_CASE("Responder: a name that belongs to another key is refused with header, number and sentence") {
    Bench bench;
    REQUIRE(bench.ask(bench.named(key_of(Kind::user, 21), "wallyqs")));
    const auto answer = bench.ask(bench.named(key_of(Kind::user, 22), "wallyqs"));
    REQUIRE(answer);
    CHECK(answer->outcome == Reason::name_taken);
    CHECK(answer->headers ==
          std::vector<bus::Header>{{"Nats-Service-Error-Code", "409"},
                                   {"Nats-Service-Error", "the name wallyqs belongs to another key"}});
    CHECK(
        text_of(*answer) ==
        R"({"error":{"code":409,"reason":"name_taken","message":"the name wallyqs belongs to another key"}})");
}

TEST_CASE(
    "Responder: a requester that has lost a key gets the name with another, and is told how long the first "
    "lives") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto lost = key_of(Kind::user, 21);
    const auto next = key_of(Kind::user, 22);
    const auto first = granted(bench.ask_as(requester, bench.named(lost, "wallyqs")));
    CHECK_FALSE(first.superseded_until);
    bench.clock.advance(1min);
    const Answer rekeyed = bench.ask_as(requester, bench.named(next, "wallyqs"));
    REQUIRE_FALSE(rekeyed.outcome);
    CHECK(granted(rekeyed).superseded_until == first.expires);
    CHECK(granted(rekeyed).generation == 0);
    CHECK(rekeyed.record.event == "rekeyed");
    CHECK(rekeyed.record.alarm == "rekeyed");
    CHECK(rekeyed.record.key == next.public_key().text());
    CHECK(rekeyed.record.superseded == std::vector{lost.public_key().text()});
    CHECK(rekeyed.record.owner.starts_with("requester:A"));

    const Answer renewal = bench.renew_as(token_of(first), lost);
    CHECK(renewal.outcome == Reason::superseded);
    CHECK(renewal.headers.front().value == "403");
    CHECK_FALSE(bench.renew_as(token_of(granted(rekeyed)), next).outcome);
    CHECK(bench.ask_as(key_of(Kind::user, 10), bench.named(key_of(Kind::user, 23), "wallyqs")).outcome ==
          Reason::name_taken);
}

TEST_CASE(
    "Responder: after an outage the same key of the same requester is answered long after it has expired") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto key = key_of(Kind::user, 21);
    const auto first = granted(bench.ask_as(requester, bench.named(key, "wallyqs")));
    bench.clock.advance(23h);
    const Answer late = bench.renew_as(token_of(first), key);
    CHECK(late.outcome == Reason::stale);
    CHECK_THAT(text_of(late), ContainsSubstring("expired 22 h ago, at "));
    const Answer again = bench.ask_as(requester, bench.named(key, "wallyqs"));
    REQUIRE_FALSE(again.outcome);
    CHECK(granted(again).generation == 1);
    CHECK_FALSE(granted(again).superseded_until);
    CHECK(again.record.event == "issued");
}

TEST_CASE("Responder: where all places under a name are taken, the refusal says when the first is free") {
    PolicyRules rules = rules_with(PlainNames::refused);
    rules.rekey = Rekey::after_expiry;
    Bench bench(rules, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto first = granted(bench.ask_as(requester, bench.named(key_of(Kind::user, 21), "wallyqs")));
    bench.clock.advance(10s);
    const Answer full = bench.ask_as(requester, bench.named(key_of(Kind::user, 22), "wallyqs"));
    CHECK(full.outcome == Reason::name_full);
    const auto left = first.expires - bench.clock.now() + 1s;
    CHECK_THAT(text_of(full), ContainsSubstring("\"retry_after\":" + std::to_string(left.count())));
    bench.clock.advance(left);
    CHECK_FALSE(bench.ask_as(requester, bench.named(key_of(Kind::user, 22), "wallyqs")).outcome);
}

TEST_CASE(
    "Responder: a role gives the names of its patterns, its default where none is asked for, and no others") {
    PolicyRules rules = rules_with(PlainNames::refused);
    const auto ann = key_of(Kind::user, 9);
    rules.requesters.put({.name = "ann", .key = ann.public_key()});
    Bench bench(
        rules, Requests::vouched,
        {.name = "chat", .names = {"{{requester}}", "{{requester}}-*"}, .default_name = "{{requester}}"});
    const auto ask = [&](const nkeys::SigningKey& who, const std::string& name) {
        return bench.ask_as(who, bench.named(key_of(Kind::user, 21), name));
    };
    CHECK_FALSE(ask(ann, "ann-laptop").outcome);
    const Answer other = ask(ann, "bob");
    CHECK(other.outcome == Reason::role_denied);
    CHECK_THAT(text_of(other), ContainsSubstring("who may have ann, ann-*"));
    const Answer chosen = ask(ann, "");
    REQUIRE_FALSE(chosen.outcome);
    CHECK(granted(chosen).name == "ann");
    CHECK(chosen.record.name == "ann");
    REQUIRE(bench.ledger.deny({.whom = {.kind = Denial::Kind::name, .value = "ann"}}));
    CHECK(ask(ann, "").outcome == Reason::denied);
    CHECK(ask(key_of(Kind::user, 10), "").outcome == Reason::role_denied);
}

TEST_CASE("Responder: the same key is answered again") {
    Bench bench;
    const auto body = bench.named(key_of(Kind::user, 21), "wallyqs");
    CHECK_FALSE(bench.ask(body)->outcome);
    CHECK_FALSE(bench.ask(body)->outcome);
}

TEST_CASE("Responder: without a usable reply subject there is no answer, and no name is taken") {
    Bench bench;
    const auto body = bench.named(key_of(Kind::user, 21), "wallyqs");
    const std::string reply = GENERATE("", "chat.KUBECON.online", "_INBOXES.a", "$SYS.REQ.X", "a._INBOX.b");
    CHECK_FALSE(bench.ask(body, reply));
    CHECK_FALSE(bench.ask(bench.named(key_of(Kind::user, 22), "wallyqs"))->outcome);
}

TEST_CASE("Responder: inboxes, private inboxes and import replies are usable") {
    Bench bench;
    const std::string reply = GENERATE("_INBOX.a", "_INBOX.a.b", "_INBOX_.UABC.x", "_R_.x.y", "_R_");
    CHECK(bench.ask(bench.named(key_of(Kind::user, 21), "wallyqs"), reply));
}

TEST_CASE("Responder: 8 KiB are read, one byte more is too large") {
    Bench bench(PlainNames::answered);
    CHECK(bench.ask(std::string(8192, 'x'))->outcome == Reason::bad_name);
    CHECK(bench.ask(std::string(8193, 'x'))->outcome == Reason::too_large);
}

TEST_CASE("Responder: headers count as well, and ones that cannot be read are malformed") {
    Bench bench(PlainNames::answered);
    bus::Message message;
    message.reply = "_INBOX.a";
    message.body = std::string(8000, 'x');
    message.headers = {{"A", std::string(200, 'y')}};
    CHECK(bench.responder.respond(message)->outcome == Reason::too_large);
    message.malformed_headers = true;
    CHECK(bench.responder.respond(message)->outcome == Reason::malformed);
}

TEST_CASE("Responder: an unknown role is refused before the name is looked at") {
    Bench bench;
    const auto answer =
        bench.ask(bench.request_by(key_of(Kind::user, 21), {.name = "NOT GOOD", .role = "root", .ttl = {}}));
    CHECK(answer->outcome == Reason::unknown_role);
    CHECK(
        bench.ask(bench.request_by(key_of(Kind::user, 21), {.name = "NOT GOOD", .role = "chat", .ttl = {}}))
            ->outcome == Reason::bad_name);
}

TEST_CASE("Responder: a request of yesterday is stale") {
    Bench bench;
    const auto body = bench.named(key_of(Kind::user, 21), "wallyqs");
    bench.clock.advance(24h);
    CHECK(bench.ask(body)->outcome == Reason::stale);
}

TEST_CASE("Responder: plain names are refused unless they are asked for") {
    Bench bench;
    const auto answer = bench.ask("wallyqs");
    REQUIRE(answer);
    CHECK(answer->outcome == Reason::plain_disabled);
    CHECK(text_of(*answer).starts_with("-ERR '"));
}

TEST_CASE("Responder: a plain name is answered with a creds file and who made it, kept as a secret") {
    Bench bench(PlainNames::answered);
    const auto answer = bench.ask("Wally and more\n");
    REQUIRE(answer);
    CHECK_FALSE(answer->outcome);
    CHECK(answer->record.name == "wally");
    REQUIRE(std::holds_alternative<base::Secret>(answer->body));
    CHECK(text_of(*answer).ends_with("\n# Provisioned by natscreds\n# Server ID/LOC: \"AWS/West\"\n"));
    const auto credentials = jwt::Credentials::parse(std::get<base::Secret>(answer->body));
    REQUIRE(credentials);
    CHECK(credentials->user().content.name == "wally");
    CHECK(credentials->key().public_key().text() == answer->record.key);
}

// The tutorial's provisioner answered -ERR and then, for want of a return, minted and answered again.
TEST_CASE("Responder: an empty name is refused, and nothing is issued") {
    Bench bench(PlainNames::answered);
    const std::string body = GENERATE("", " ", "\n");
    const auto answer = bench.ask(body);
    REQUIRE(answer);
    CHECK(answer->outcome == Reason::bad_name);
    CHECK(text_of(*answer).starts_with("-ERR '"));
    CHECK(answer->record.key.empty());
}

// The tutorial's provisioner cut names at eight bytes.
TEST_CASE("Responder: christopher and christoph are two names, and nobody's name is cut") {
    Bench bench(PlainNames::answered);
    CHECK(bench.ask("christopher")->record.name == "christopher");
    CHECK(bench.ask("christoph")->record.name == "christoph");
    CHECK(bench.ask("Jos\xc3\xa9")->outcome == Reason::bad_name);
}

// The tutorial's users lived for a year and could all listen to _INBOX.>.
TEST_CASE("Responder: issued users live an hour and may listen to no inbox but their own") {
    Bench bench(PlainNames::answered);
    const auto answer = bench.ask("wallyqs");
    const auto credentials = jwt::Credentials::parse(std::get<base::Secret>(answer->body));
    REQUIRE(credentials);
    CHECK(credentials->user().content.expires == bench.clock.now() + 1h);
    for (const std::string& subject : credentials->user().claims().sub.allow) {
        CHECK(subject != "_INBOX.>");
        if (subject.starts_with("_INBOX")) CHECK(subject == "_INBOX_." + answer->record.key + ".>");
    }
}

TEST_CASE("Responder: a plain name in use is refused, and free once its credentials have expired") {
    Bench bench(PlainNames::answered);
    CHECK_FALSE(bench.ask("wallyqs")->outcome);
    CHECK(bench.ask("wallyqs")->outcome == Reason::name_taken);
    bench.clock.advance(1h + 1s);
    CHECK_FALSE(bench.ask("wallyqs")->outcome);
}

// ---- vouched

TEST_CASE("Responder: vouched, the requester is who stands in the subject, of a client account") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const Answer answer = bench.ask_as(requester, bench.named(key_of(Kind::user, 21), "wallyqs"));
    CHECK_FALSE(answer.outcome);
    CHECK(answer.identified);
    CHECK(answer.record.event == "issued");
    CHECK(answer.record.requester == requester.public_key().text());
    CHECK(answer.record.account == key_of(Kind::account, 3).public_key().text());
    CHECK((*bench.ledger.find("wallyqs"))->record.requester == requester.public_key());
}

TEST_CASE("Responder: vouched, another account, a direct subject and one that cannot be read are unvouched") {
    Bench bench(PlainNames::answered, Requests::vouched);
    const std::string user = key_of(Kind::user, 9).public_key().text();
    const std::string other = key_of(Kind::account, 4).public_key().text();
    const std::string subject = GENERATE_COPY("chat.req.access." + other + "." + user,
                                              std::string("chat.req.access"), "chat.req.access." + user,
                                              "chat.req.access.A.U", "chat.req.other." + other + "." + user);
    const auto answer = bench.ask(bench.named(key_of(Kind::user, 21), "wallyqs"), "_R_.a.b", subject);
    CHECK(answer->outcome == Reason::unvouched);
    CHECK_FALSE(answer->identified);
}

TEST_CASE("Responder: whoever is denied, as requester, key or name, gets nothing") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto key = key_of(Kind::user, 21);
    const std::vector<Denial> all{{.kind = Denial::Kind::requester, .value = requester.public_key().text()},
                                  {.kind = Denial::Kind::key, .value = key.public_key().text()},
                                  {.kind = Denial::Kind::name, .value = "wallyqs"}};
    const Denial& whom = all.at(GENERATE(0U, 1U, 2U));
    REQUIRE(bench.ledger.deny({.whom = whom}));
    const Answer refused = bench.ask_as(requester, bench.named(key, "wallyqs"));
    CHECK(refused.outcome == Reason::denied);
    CHECK(refused.record.event == "refused");
    CHECK(refused.record.reason == "denied");
    REQUIRE(bench.ledger.allow(whom));
    CHECK_FALSE(bench.ask_as(requester, bench.named(key, "wallyqs")).outcome);
}

TEST_CASE("Responder: a requester's burst is answered, the next is told to wait, another's is answered") {
    PolicyRules rules = rules_with(PlainNames::refused);
    rules.requester_rate = {.per_second = 1, .burst = 2};
    Bench bench(rules, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const std::string body = bench.named(key_of(Kind::user, 21), "wallyqs");
    CHECK_FALSE(bench.ask_as(requester, body).outcome);
    CHECK_FALSE(bench.ask_as(requester, body).outcome);
    const Answer third = bench.ask_as(requester, body);
    CHECK(third.outcome == Reason::rate_limited);
    CHECK(text_of(third).find(R"("retry_after":1)") != std::string::npos);
    CHECK(bench.ask_as(key_of(Kind::user, 10), body).outcome == Reason::name_taken);
    bench.intervals.advance(1s);
    CHECK_FALSE(bench.ask_as(requester, body).outcome);
}

TEST_CASE("Responder: a date that is set brings no requester more requests, nor fewer") {
    PolicyRules rules = rules_with(PlainNames::refused);
    rules.requester_rate = {.per_second = 1, .burst = 1};
    rules.global_rate = {.per_second = 1, .burst = 1};
    Bench bench(rules, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto ask = [&] {
        return bench.ask_as(requester, bench.named(key_of(Kind::user, 21), "wallyqs")).outcome;
    };
    CHECK_FALSE(ask());
    bench.clock.advance(GENERATE(-1h, 1h));
    CHECK(ask() == Reason::rate_limited);
    bench.intervals.advance(1s);
    CHECK_FALSE(ask());
}

TEST_CASE("Responder: the global rate holds for those whom nobody knows") {
    PolicyRules rules = rules_with(PlainNames::refused);
    rules.global_rate = {.per_second = 1, .burst = 1};
    Bench bench(rules);
    const std::string body = bench.named(key_of(Kind::user, 21), "wallyqs");
    CHECK_FALSE(bench.ask(body)->outcome);
    CHECK(bench.ask(body)->outcome == Reason::rate_limited);
}

TEST_CASE("Responder: a role for some requesters is given to them and to no one else") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto options = [&] {
        return bench.request_by(key_of(Kind::user, 21),
                                {.name = "wallyqs", .role = "admin", .ttl = {}, .identity = {}});
    };
    CHECK_FALSE(bench.ask_as(key_of(Kind::user, 9), options()).outcome);
    CHECK(bench.ask_as(key_of(Kind::user, 10), options()).outcome == Reason::role_denied);
}

// ---- renewals

TEST_CASE("Responder: a renewal is for the same key and name, a generation on, and says when to come again") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const auto first = granted(*bench.ask(bench.named(key, "wallyqs")));
    CHECK(first.renew_after == bench.clock.now() + 40min);
    bench.clock.advance(40min);
    const Answer answer = bench.renew(token_of(first), key);
    REQUIRE_FALSE(answer.outcome);
    CHECK(answer.record.event == "renewed");
    const auto second = granted(answer);
    CHECK(second.generation == 1);
    CHECK(second.expires == bench.clock.now() + 1h);
    CHECK(second.subject == first.subject);
    CHECK(second.name == "wallyqs");
}

TEST_CASE("Responder: who asked for a short life is renewed for a short life") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const auto first = granted(
        *bench.ask(bench.request_by(key, {.name = "wallyqs", .role = {}, .ttl = 60s, .identity = {}})));
    bench.clock.advance(40s);
    CHECK(granted(bench.renew(token_of(first), key)).expires == bench.clock.now() + 60s);
}

TEST_CASE("Responder: a JWT that is not the newest is renewed all the same, and that is an alarm") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const jwt::Token first = token_of(granted(*bench.ask(bench.named(key, "wallyqs"))));
    CHECK(bench.renew(first, key).record.alarm.empty());
    const Answer again = bench.renew(first, key);
    CHECK_FALSE(again.outcome);
    CHECK(again.record.alarm == "stale_generation");
    CHECK(granted(again).generation == 2);
}

TEST_CASE(
    "Responder: what has expired, was issued elsewhere, is revoked or is not renewable stays as it is") {
    Bench bench;
    const auto key = key_of(Kind::user, 21);
    const jwt::Token good = token_of(granted(*bench.ask(bench.named(key, "wallyqs"))));
    const auto foreign = [&](const nkeys::SigningKey& signer, const nkeys::SigningKey& user,
                             std::string role) {
        jwt::Draft<jwt::UserClaims> draft;
        draft.subject = user.public_key().text();
        draft.name = "derek";
        draft.claims.issuer_account = key_of(Kind::account, 3).public_key().text();
        draft.claims.tags = {"role:" + role, "gen:0"};
        return jwt::sign(draft, signer, bench.clock.now()).value();
    };
    const auto ours = key_of(Kind::account, 2);
    CHECK(bench.renew(foreign(ours, key, "chat"), key).outcome == std::error_code());
    CHECK(bench.renew(foreign(key_of(Kind::account, 5), key, "chat"), key).outcome == Reason::bad_signature);
    CHECK(bench.renew(foreign(ours, key, "fixed"), key).outcome == Reason::role_denied);
    CHECK(bench.renew(foreign(ours, key, "none"), key).outcome == Reason::unknown_role);
    const auto revoked = key_of(Kind::user, 66);
    CHECK(bench.renew(foreign(ours, revoked, "chat"), revoked).outcome == Reason::denied);
    CHECK(bench.renew(good, key_of(Kind::user, 22)).outcome == Reason::bad_signature);
    bench.clock.advance(1h + 1s);
    CHECK(bench.renew(good, key).outcome == Reason::stale);
}

TEST_CASE("Responder: vouched, only the key's own user renews, and a denial of its requester bites") {
    Bench bench(PlainNames::refused, Requests::vouched);
    const auto requester = key_of(Kind::user, 9);
    const auto key = key_of(Kind::user, 21);
    const jwt::Token first = token_of(granted(bench.ask_as(requester, bench.named(key, "wallyqs"))));
    using enum access::Endpoint;
    CHECK(bench.ask_as(requester, bench.renewal_of(first, key), renew).outcome == Reason::unvouched);
    CHECK_FALSE(bench.ask_as(key, bench.renewal_of(first, key), renew).outcome);
    REQUIRE(bench.ledger.deny(
        {.whom = {.kind = Denial::Kind::requester, .value = requester.public_key().text()}}));
    CHECK(bench.ask_as(key, bench.renewal_of(first, key), renew).outcome == Reason::denied);
}

TEST_CASE("Responder: where renewals are not served, no reply says when to renew") {
    Bench bench;
    bench.responder.omit_renewals();
    CHECK_FALSE(granted(*bench.ask(bench.named(key_of(Kind::user, 21), "wallyqs"))).renew_after);
}

TEST_CASE("Responder: another policy holds from the next request on") {
    Bench bench;
    CHECK(bench.ask(bench.named(key_of(Kind::user, 21), "root"))->outcome == Reason::bad_name);
    bench.policy.replace(make_policy({}, bench.clock.now()));
    CHECK_FALSE(bench.ask(bench.named(key_of(Kind::user, 21), "root"))->outcome);
}

TEST_CASE("Responder: a proof of identity is refused where none are checked, and not passed over") {
    Bench bench;
    access::AccessOptions options{.name = "wallyqs", .role = {}, .ttl = {}, .identity = {}};
    options.identity =
        access::Identity{.kind = "kubernetes", .token = base::Secret::copy_of(base::as_bytes("e.y.J"))};
    const auto answer = bench.ask(bench.request_by(key_of(Kind::user, 21), options));
    CHECK(answer->outcome == Reason::bad_identity);
    CHECK_FALSE(bench.ask(bench.named(key_of(Kind::user, 22), "wallyqs"))->outcome);
}

TEST_CASE(
    "Responder: a requester that is listed with roles may have those, also one of others, and no more") {
    PolicyRules rules = rules_with(PlainNames::answered);
    const auto in_policy = key_of(Kind::user, 10);
    rules.requesters =
        Requesters::create({{.name = "ann", .key = in_policy.public_key(), .roles = {"admin"}}}).value();
    Bench bench(rules, Requests::vouched);
    const auto in_ledger = key_of(Kind::user, 11);
    const NamedRequester bob{.name = "bob", .key = in_ledger.public_key(), .roles = {"admin"}};
    REQUIRE(bench.ledger.add_requester(bob));
    const auto asks = [&](const nkeys::SigningKey& requester, const std::string& role) {
        const std::string body = bench.request_by(
            key_of(Kind::user, 20), {.name = "wallyqs", .role = role, .ttl = {}, .identity = {}});
        const auto outcome = bench.ask_as(requester, body).outcome;
        if (!outcome)
            (void)change_name(
                bench.ledger, "wallyqs",
                [&](const NameRecord& known) { return NameRule(24h).release(known, bench.clock.now()); },
                bench.clock.now());
        return outcome;
    };
    for (const auto* const requester : {&in_policy, &in_ledger}) {
        CHECK_FALSE(asks(*requester, "admin"));
        CHECK(asks(*requester, "chat") == Reason::role_denied);
        CHECK(bench.ask_as(*requester, "wallyqs").outcome == Reason::role_denied);
    }
    REQUIRE(bench.ledger.remove_requester("bob"));
    CHECK(asks(in_ledger, "admin") == Reason::role_denied);
    CHECK_FALSE(asks(in_ledger, "chat"));
    CHECK(asks(key_of(Kind::user, 12), "admin") == Reason::role_denied);
    CHECK_FALSE(asks(key_of(Kind::user, 12), "chat"));
}
