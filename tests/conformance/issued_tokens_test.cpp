// What the service issues, as the official Go library reads it.
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/renewal.h>
#include <natscreds/access/reply.h>
#include <natscreds/access/request.h>
#include <natscreds/base/random.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/requests/responder.h>
#include <support/signing.h>

#include "go_oracle.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using nkeys::Kind;
using support::new_key;

namespace {

Role role_called(const std::string& name) {
    Role role = chat_role("KUBECON").value();
    role.name = name;
    role.renewable = Renewable::yes;
    return role;
}

/// The roles `plain` and `scoped`, each with a signing key of that kind.
Policy policy_at(base::Time now) {
    auto plain_key = new_key(Kind::account);
    auto scoped_key = new_key(Kind::account);
    jwt::Draft<jwt::AccountClaims> draft;
    draft.subject = new_key(Kind::account).public_key().text();
    draft.name = "KUBECON";
    draft.claims.signing_keys[plain_key.public_key().text()] = std::nullopt;
    draft.claims.signing_keys[scoped_key.public_key().text()] =
        jwt::UserScope{.role = "scoped",
                       .permissions = role_called("scoped").permissions,
                       .permissions_extra = {},
                       .description = "",
                       .extra = {}};
    const auto account =
        jwt::decode<jwt::AccountClaims>(jwt::sign(draft, new_key(Kind::operator_), now)->text()).value();
    const auto issuer = [&](const std::string& name, nkeys::SigningKey key) {
        return Issuer::create({.account = account, .key = std::move(key), .role = role_called(name)}, now)
            .value();
    };
    std::vector<Issuer> issuers;
    issuers.push_back(issuer("plain", std::move(plain_key)));
    issuers.push_back(issuer("scoped", std::move(scoped_key)));
    return Policy::create({.default_role = "plain", .plain_names = PlainNames::answered}, std::move(issuers))
        .value();
}

/// A service without its network, at the real time.
struct Bench {
    [[nodiscard]] std::string ask(access::Endpoint endpoint, const std::string& body) {
        bus::Message request;
        request.subject = access::Subjects().direct(endpoint);
        request.reply = "_INBOX.x";
        request.body = body;
        const Answer answer = responder.respond(request).value();
        if (const auto* text = std::get_if<std::string>(&answer.body)) return *text;
        return std::string(base::as_text(std::get<base::Secret>(answer.body).expose()));
    }
    [[nodiscard]] std::string granted(access::Endpoint endpoint, const std::string& body) {
        return std::get<access::Grant>(access::parse_reply(ask(endpoint, body)).value()).jwt;
    }
    /// A token of the role, and the one that renews it.
    [[nodiscard]] std::vector<std::string> issue(const std::string& role) {
        const auto key = new_key(Kind::user);
        const std::string first =
            granted(access::Endpoint::access,
                    access::encode_request({.name = role, .role = role, .ttl = {}, .identity = {}}, key,
                                           {.audience = "chat.req.access", .now = clock.now()}, random));
        const std::string second =
            granted(access::Endpoint::renew,
                    access::encode_renewal({jwt::decode<jwt::UserClaims>(first)->token}, key,
                                           {.audience = "chat.req.renew", .now = clock.now()}, random));
        return {first, second};
    }

    base::SystemClock clock;
    base::SystemIntervalClock intervals;
    base::SystemRandom random;
    CurrentPolicy policy{policy_at(clock.now())};
    MemoryLedger ledger{NameRule(std::chrono::hours(24)), 100};
    Responder responder{
        {.policy = policy, .ledger = ledger, .clock = clock, .intervals = intervals, .random = random}, {}};
};

void check_read_by_go(const std::vector<std::string>& tokens) {
    std::vector<support::GoRequest> requests;
    for (const std::string& token : tokens)
        requests.push_back({.op = "decode", .type = "user", .token = token});
    const std::vector<support::GoAnswer> answers = support::ask_go(requests);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        INFO(support::payload_of(tokens[i]));
        CHECK(answers[i].refused == "");
        CHECK(answers[i].issues.empty());
        CHECK(answers[i].payload == support::payload_of(tokens[i]));
    }
}

}  // namespace

TEST_CASE("Go oracle: what is issued and renewed, with a plain and with a scoped key, has no flaw for Go") {
    Bench bench;
    check_read_by_go(bench.issue("plain"));
    check_read_by_go(bench.issue("scoped"));
}

TEST_CASE(
    "Go oracle: the creds file of the plain form holds for Go a sound JWT and the seed of its subject") {
    Bench bench;
    const std::string creds = bench.ask(access::Endpoint::access, "wallyqs");
    const support::GoAnswer answer = support::ask_go({{.op = "creds", .payload = creds}}).front();
    CHECK(answer.refused == "");
    check_read_by_go({answer.token});
    CHECK(jwt::decode<jwt::UserClaims>(answer.token)->content.subject == answer.payload);
    CHECK(jwt::decode<jwt::UserClaims>(answer.token)->content.name == "wallyqs");
}
