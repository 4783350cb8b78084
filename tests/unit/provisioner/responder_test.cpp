#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/provisioner/service/memory_ledger.h>
#include <natscreds/provisioner/service/responder.h>
#include <support/fakes.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using access::Reason;
using nkeys::Kind;
using namespace std::chrono_literals;

namespace {

nkeys::SigningKey key_of(Kind kind, std::uint64_t start = 1) {
    support::FixedRandom random(start);
    return nkeys::SigningKey::generate(kind, random).value();
}

Issuer make_issuer(base::Time now) {
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = key_of(Kind::account, 3).public_key().text();
    draft.name = "KUBECON";
    draft.claims.signing_keys[key_of(Kind::account, 2).public_key().text()] = std::nullopt;
    auto account = jwt::decode<jwt::AccountClaims>(jwt::sign(draft, key_of(Kind::operator_), now)->text());
    return Issuer::create({.account = std::move(*account),
                           .key = key_of(Kind::account, 2),
                           .role = chat_role("KUBECON").value()},
                          now)
        .value();
}

/// A whole service without its network.
struct Bench {
    explicit Bench(PlainNames plain = PlainNames::refused, std::size_t most_names = 100)
        : ledger(NameRule(24h), most_names),
          responder({.issuer = issuer, .ledger = ledger, .clock = clock, .random = random}, settings(plain)) {
    }

    static ResponderSettings settings(PlainNames plain) {
        ResponderSettings settings;
        settings.server_id = "AWS/West";
        settings.plain_names = plain;
        return settings;
    }

    [[nodiscard]] std::string request_by(const nkeys::SigningKey& key, access::Wish wish) {
        return access::encode_request(wish, key, {.audience = "chat.req.access", .now = clock.now()}, random);
    }

    [[nodiscard]] std::optional<Answer> ask(std::string body, std::string reply = "_INBOX.abc") {
        bus::Message message;
        message.subject = "chat.req.access";
        message.reply = std::move(reply);
        message.body = std::move(body);
        return responder.respond(message);
    }

    support::FakeClock clock;
    support::FixedRandom random{42};
    Issuer issuer = make_issuer(clock.now());
    MemoryLedger ledger;
    Responder responder;
};

std::string text_of(const Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer.body)) return *text;
    return std::string(base::as_text(std::get<base::Secret>(answer.body).expose()));
}

}  // namespace

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
    CHECK_FALSE(grant->renew_after);
    CHECK(access::verify(*grant, {.key = key.public_key(),
                                  .name = "wallyqs",
                                  .account = key_of(Kind::account, 3).public_key(),
                                  .now = bench.clock.now()}));
}

TEST_CASE("Responder: a name that belongs to another key is refused with header, number and sentence") {
    Bench bench;
    REQUIRE(bench.ask(bench.request_by(key_of(Kind::user, 21), {.name = "wallyqs", .role = {}, .ttl = {}})));
    const auto answer =
        bench.ask(bench.request_by(key_of(Kind::user, 22), {.name = "wallyqs", .role = {}, .ttl = {}}));
    REQUIRE(answer);
    CHECK(answer->outcome == Reason::name_taken);
    CHECK(answer->headers ==
          std::vector<bus::Header>{{"Nats-Service-Error-Code", "409"},
                                   {"Nats-Service-Error", "the name wallyqs belongs to another key"}});
    CHECK(
        text_of(*answer) ==
        R"({"error":{"code":409,"reason":"name_taken","message":"the name wallyqs belongs to another key"}})");
}

TEST_CASE("Responder: the same key is answered again") {
    Bench bench;
    const auto body = bench.request_by(key_of(Kind::user, 21), {.name = "wallyqs", .role = {}, .ttl = {}});
    CHECK_FALSE(bench.ask(body)->outcome);
    CHECK_FALSE(bench.ask(body)->outcome);
}

TEST_CASE("Responder: without a usable reply subject there is no answer, and no name is taken") {
    Bench bench;
    const auto body = bench.request_by(key_of(Kind::user, 21), {.name = "wallyqs", .role = {}, .ttl = {}});
    const std::string reply = GENERATE("", "chat.KUBECON.online", "_INBOXES.a", "$SYS.REQ.X", "a._INBOX.b");
    CHECK_FALSE(bench.ask(body, reply));
    CHECK_FALSE(
        bench.ask(bench.request_by(key_of(Kind::user, 22), {.name = "wallyqs", .role = {}, .ttl = {}}))
            ->outcome);
}

TEST_CASE("Responder: inboxes, private inboxes and import replies are usable") {
    Bench bench;
    const std::string reply = GENERATE("_INBOX.a", "_INBOX.a.b", "_INBOX_.UABC.x", "_R_.x.y", "_R_");
    CHECK(bench.ask(bench.request_by(key_of(Kind::user, 21), {.name = "wallyqs", .role = {}, .ttl = {}}),
                    reply));
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
    const auto body = bench.request_by(key_of(Kind::user, 21), {.name = "wallyqs", .role = {}, .ttl = {}});
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
    CHECK(answer->name == "wally");
    REQUIRE(std::holds_alternative<base::Secret>(answer->body));
    CHECK(text_of(*answer).ends_with("\n# Provisioned by natscreds\n# Server ID/LOC: \"AWS/West\"\n"));
    const auto credentials = jwt::Credentials::parse(std::get<base::Secret>(answer->body));
    REQUIRE(credentials);
    CHECK(credentials->user().content.name == "wally");
    CHECK(credentials->key().public_key().text() == answer->key);
}

// The tutorial's provisioner answered -ERR and then, for want of a return, minted and answered again.
TEST_CASE("Responder: an empty name is refused, and nothing is issued") {
    Bench bench(PlainNames::answered);
    const std::string body = GENERATE("", " ", "\n");
    const auto answer = bench.ask(body);
    REQUIRE(answer);
    CHECK(answer->outcome == Reason::bad_name);
    CHECK(text_of(*answer).starts_with("-ERR '"));
    CHECK(answer->key.empty());
}

// The tutorial's provisioner cut names at eight bytes.
TEST_CASE("Responder: christopher and christoph are two names, and nobody's name is cut") {
    Bench bench(PlainNames::answered);
    CHECK(bench.ask("christopher")->name == "christopher");
    CHECK(bench.ask("christoph")->name == "christoph");
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
        if (subject.starts_with("_INBOX")) CHECK(subject == "_INBOX_." + answer->key + ".>");
    }
}

TEST_CASE("Responder: a plain name in use is refused, and free once its credentials have expired") {
    Bench bench(PlainNames::answered);
    CHECK_FALSE(bench.ask("wallyqs")->outcome);
    CHECK(bench.ask("wallyqs")->outcome == Reason::name_taken);
    bench.clock.advance(1h + 1s);
    CHECK_FALSE(bench.ask("wallyqs")->outcome);
}

TEST_CASE("MemoryLedger: when it is full new names are refused, until old ones are over") {
    Bench bench(PlainNames::answered, 2);
    CHECK_FALSE(bench.ask("one")->outcome);
    CHECK_FALSE(bench.ask("two")->outcome);
    CHECK(bench.ask("three")->outcome == Reason::ledger_unavailable);
    bench.clock.advance(1h + 1s);
    CHECK_FALSE(bench.ask("three")->outcome);
}
