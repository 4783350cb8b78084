// How many clients with OpenID Connect tokens a thread of the callout lets in, and then a running service into a running
// server, beside the bare verification of their tokens: the median of five rounds, in which both take turns.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <natscreds/jwt/token.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/identity/key_cache.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/foreign_issuer.h>
#include <support/key_of.h>

#include "callout_servers.h"
#include "connect_rates.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using nkeys::Kind;
using support::key_of;

namespace {

/// An issuer whose keys are here.
struct KeysHere final : identity::Web {
    explicit KeysHere(std::string text) : keys(std::move(text)) {}
    [[nodiscard]] base::Result<std::string> read(const std::string&) const override { return keys; }
    std::string keys;
};

Policy policy_at(base::Time now) {
    std::vector<Issuer> issuers;
    issuers.push_back(Issuer::create({.account = ConfiguredAccount{"APP"},
                                      .key = key_of(Kind::account, 2),
                                      .role = {.name = "deploy", .ttl = std::chrono::hours(1)}},
                                     now)
                          .value());
    PolicyRules rules{.default_role = "deploy"};
    rules.requester_rate = {};
    rules.global_rate = {};
    return Policy::create(std::move(rules), std::move(issuers)).value();
}

/// A callout without its network, and the questions of a server that clients show this token to.
class Bench {
  public:
    explicit Bench(const std::string& algorithm) : issuer_(algorithm, "k1") {}

    /// Each with a key of its own, as servers make them.
    [[nodiscard]] std::vector<bus::Message> questions() {
        const nkeys::SigningKey server = key_of(Kind::server, 5);
        std::vector<bus::Message> all(bench::clients);
        for (bus::Message& message : all) {
            jwt::Draft<jwt::AuthorizationRequestClaims> draft;
            draft.subject = key_of(Kind::account, 1).public_key().text();
            draft.audience = "nats-authorization-request";
            draft.expires = clock_.now() + std::chrono::seconds(2);
            draft.claims.server.id = server.public_key().text();
            draft.claims.user_nkey = key_of(Kind::user, ++connections_).public_key().text();
            draft.claims.client.host = "10.0.0.1";
            draft.claims.connect.auth_token = token_;
            message.reply = "$SYS._INBOX.a.b";
            message.body = jwt::sign(draft, server, clock_.now()).value().text();
        }
        return all;
    }
    void let_in(const bus::Message& question) {
        const auto answer = callout_.answer(question);
        if (!answer || answer->outcome) std::abort();
    }
    void verify() {
        if (!verifier_.verify(token_)) std::abort();
    }

  private:
    support::ForeignIssuer issuer_;
    support::FakeClock clock_;
    support::FakeIntervals intervals_;
    support::FixedRandom random_;
    std::uint64_t connections_ = 100;
    std::string token_ = bench::shop_token(issuer_, clock_.now(), std::chrono::minutes(10));
    KeysHere web_{R"({"keys":[)" + issuer_.jwk() + "]}"};
    identity::KeyCache keys_{
        {.name = "https://issuer", .discovery_url = "", .key_set_url = "https://issuer/k"}, web_, intervals_};
    identity::OidcVerifier verifier_{{.name = "ci",
                                      .issuer = "https://issuer",
                                      .audiences = {"nats"},
                                      .rules = {{.when = {{"repository", {"acme/*"}}},
                                                 .role = "deploy",
                                                 .name = "ci-{{claim(repository)}}"}}},
                                     keys_,
                                     clock_};
    identity::ServiceRoles roles_;
    CurrentPolicy policy_{policy_at(clock_.now())};
    MemoryLedger ledger_{NameRule(std::chrono::hours(24)), 100};
    Callout callout_{{.policy = policy_,
                      .verifiers = {.oidc = {&verifier_}},
                      .roles = roles_,
                      .ledger = ledger_,
                      .clock = clock_,
                      .intervals = intervals_,
                      .random = random_},
                     {.key = key_of(Kind::account, 1), .xkey = {}, .role = ""}};
};

void compare(const std::string& algorithm) {
    Bench bench(algorithm);
    bench.verify();
    const auto let_in_all = [&] {
        const std::vector<bus::Message> questions = bench.questions();
        return bench::seconds_for([&] {
            for (const bus::Message& question : questions)
                bench.let_in(question);
        });
    };
    bench::compare_connects(algorithm, let_in_all, [&] { bench.verify(); });
}

}  // namespace

int main() {
    std::printf("one thread, without the network; %zu rounds of %zu clients\n", bench::rounds,
                bench::clients);
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"})
        compare(algorithm);
    std::printf("over a server of this machine, eight clients at a time\n");
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"}) {
        Bench bench(algorithm);
        bench::compare_over_a_server(algorithm, [&] { bench.verify(); });
    }
    return 0;
}
