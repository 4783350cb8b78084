// What many names cost: a request's part in the ledger, the start of a copy, and memory, beside a ledger of a hundred
// names in the same run. SQLite with a million names, a bucket with a hundred thousand, of nats-server's newest release.
//
// A request is what the service asks of its ledger for one: is the key denied, is the name, who asks, may the owner have
// one more, the claim, and the flush.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <natscreds/base/clock.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/provisioner/ledger/ledger.h>
#include <natscreds/provisioner/ledger/ledger_opening.h>
#include <support/nats_server.h>
#include <support/temp_dir.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using namespace natscreds::provisioner;
using Clock = std::chrono::steady_clock;
using Micros = std::chrono::duration<double, std::micro>;
using namespace std::chrono_literals;

namespace {

constexpr int requests = 2000;
constexpr int rounds = 5;

template <class T>
T must(base::Result<T> result) {
    if (result) return std::move(*result);
    std::fprintf(stderr, "bench: %s\n", result.error().message().c_str());
    std::exit(1);
}

void must(const base::Status& status) {
    if (status) return;
    std::fprintf(stderr, "bench: %s\n", status.error().message().c_str());
    std::exit(1);
}

/// Of this process, in bytes.
double resident() {
    std::ifstream statm("/proc/self/statm");
    long size = 0;
    long pages = 0;
    statm >> size >> pages;
    return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

const nkeys::PublicKey& some_key() {
    static base::SystemRandom random;
    static const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random)->public_key();
    return key;
}

Claim claim_of(const std::string& name, base::Time now) {
    return {.name = name,
            .key = some_key(),
            .form = Form::key_bound,
            .role = "chat",
            .expires = now + 1h,
            .owner = Owner::parse("kubernetes:nats-io/" + name).value(),
            .requester = some_key()};
}

const NameRule rule(24h);

Ticket request(Ledger& ledger, const std::string& name, base::Time now) {
    (void)must(ledger.denied({.kind = Denial::Kind::key, .value = some_key().text()}, now));
    (void)must(name_denied(ledger, name, name, now));
    (void)must(ledger.find_requester(some_key()));
    return must(claim_name(ledger, rule, claim_of(name, now), {.now = now, .max_names = 100})).ticket;
}

void fill(Ledger& ledger, std::size_t names) {
    const base::Time now = base::SystemClock().now();
    Ticket last = 0;
    for (std::size_t i = 0; i < names; ++i) {
        last = request(ledger, "n" + std::to_string(i), now);
        if (i % 4096 == 4095) must(ledger.flush(last));
    }
    must(ledger.flush(last));
}

/// The median of the rounds: microseconds for a new name, flushed for each request.
double cost_of_request(Ledger& ledger, const std::string& prefix) {
    const base::Time now = base::SystemClock().now();
    std::vector<double> costs;
    for (int round = 0; round < rounds; ++round) {
        const auto start = Clock::now();
        for (int i = 0; i < requests / rounds; ++i) {
            must(
                ledger.flush(request(ledger, prefix + std::to_string(round) + "-" + std::to_string(i), now)));
        }
        costs.push_back(Micros(Clock::now() - start).count() / (requests / rounds));
    }
    std::ranges::sort(costs);
    return costs[costs.size() / 2];
}

/// How long a copy takes to open it, what it needs for that, and what a request costs it.
struct Figures {
    double start;
    double memory;
    double request;
};

using Open = std::function<std::unique_ptr<Ledger>()>;

Figures measure(const Open& open, const std::string& prefix) {
    const double before = resident();
    const auto start = Clock::now();
    const std::unique_ptr<Ledger> ledger = open();
    const double started = seconds_since(start);
    return {.start = started, .memory = resident() - before, .request = cost_of_request(*ledger, prefix)};
}

void print(const char* what, std::size_t names, const Figures& many, const Figures& few) {
    std::printf(
        "%s, %zu names: request %.0f us, %.2f times that with 100; a copy starts in %.2f s; %.0f bytes "
        "of memory for a name\n",
        what, names, many.request, many.request / few.request, many.start,
        many.memory / static_cast<double>(names));
}

void bench_sqlite(std::size_t names) {
    const support::TempDir folder;
    const base::SystemIntervalClock intervals;
    const auto opening = [&](const std::string& file) {
        return Open([&folder, &intervals, file] {
            return must(open_ledger(
                {.kind = LedgerConfiguration::Kind::sqlite, .file = folder / file, .bucket = {}, .home = {}},
                rule, {.connection = nullptr, .intervals = intervals}));
        });
    };
    const Open many = opening("many.db");
    const Open few = opening("few.db");
    fill(*many(), names);
    fill(*few(), 100);
    const Figures with_many = measure(many, "m");
    print("SQLite", names, with_many, measure(few, "m"));
}

bus::Connection connect(const support::VouchedTree& tree, const support::NatsServer& server) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials = must(jwt::Credentials::load(tree.creds("provisioner")));
    return must(bus::Connection::open(std::move(options)));
}

void bench_bucket(std::size_t names) {
    const support::VouchedTree tree(1);
    const support::TempDir store;
    const support::NatsServer server(
        support::nats_servers().back(),
        {.config = tree.server_config("jetstream: {store_dir: \"" + store.path().string() + "\"}\n")});
    const base::SystemIntervalClock intervals;
    const auto opening = [&](bus::Connection& connection, const std::string& bucket) {
        return Open([&intervals, &connection, bucket] {
            return must(open_ledger(
                {.kind = LedgerConfiguration::Kind::jetstream, .file = {}, .bucket = bucket, .home = {}},
                rule, {.connection = &connection, .intervals = intervals}));
        });
    };
    bus::Connection connection = connect(tree, server);
    const Open many = opening(connection, "many");
    const Open few = opening(connection, "few");
    fill(*many(), names);
    fill(*few(), 100);
    const Figures with_many = measure(many, "m");
    print("bucket", names, with_many, measure(few, "m"));
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t sqlite = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
    const std::size_t bucket = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
    bench_sqlite(sqlite);
    bench_bucket(bucket);
}
