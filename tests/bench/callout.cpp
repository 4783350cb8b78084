// How many clients with OpenID Connect tokens a thread of the callout lets in, and then a running service into a running
// server, beside the bare verification of their tokens: the median of five rounds, in which both take turns.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
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

using namespace natscreds;
using namespace natscreds::provisioner;
using nkeys::Kind;
using support::key_of;

namespace {

constexpr int rounds = 5;
constexpr std::size_t calls = 1000;

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
        std::vector<bus::Message> all(calls);
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
    [[nodiscard]] std::string new_token() const {
        const auto now = clock_.now().time_since_epoch().count();
        return issuer_.token(
            R"({"iss":"https://issuer","aud":"nats","sub":"repo:acme/shop","repository":"acme/shop","iat":)" +
            std::to_string(now) + R"(,"exp":)" + std::to_string(now + 600) + "}");
    }

    support::ForeignIssuer issuer_;
    support::FakeClock clock_;
    support::FakeIntervals intervals_;
    support::FixedRandom random_;
    std::uint64_t connections_ = 100;
    std::string token_ = new_token();
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

double seconds_for(const std::function<void(std::size_t)>& call) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < calls; ++i)
        call(i);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void compare(const std::string& algorithm) {
    Bench bench(algorithm);
    bench.verify();
    std::array<double, rounds> ratios{};
    std::array<double, rounds> rates{};
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::vector<bus::Message> questions = bench.questions();
        const double ours = seconds_for([&](std::size_t i) { bench.let_in(questions[i]); });
        const double bare = seconds_for([&](std::size_t) { bench.verify(); });
        ratios[round] = bare / ours;
        rates[round] = calls / ours;
    }
    std::ranges::sort(ratios);
    std::ranges::sort(rates);
    std::printf("%-6s %8.0f connects/s, %5.1f %% of the bare verification's\n", algorithm.c_str(),
                rates[rounds / 2], 100 * ratios[rounds / 2]);
}

}  // namespace

int main() {
    std::printf("one thread, without the network; %d rounds of %zu clients\n", rounds, calls);
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"})
        compare(algorithm);
    std::printf("over a server of this machine, eight clients at a time\n");
    for (const char* algorithm : {"RS256", "ES256", "EdDSA"}) {
        Bench bench(algorithm);
        bench::compare_over_a_server(algorithm, [&] { bench.verify(); });
    }
    return 0;
}
