// Every container of the service that something from outside can grow: how large it gets, and who goes first or is
// refused.
//
// What has no container of its own is shown where it is used: a request of more than 8 KiB (responder_test), the answers
// that wait for the disk (provisioner_proof_test: `busy`), proofs under way (identity_requests
// and callout: `busy`), the 64 keys of an issuer and the sizes of what a cluster answers (identity_test,
// total_deadlines_test), names in a file (as many as its disk takes: failing_calls_test).
#include <algorithm>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/access/reason.h>
#include <natscreds/provisioner/callout/callout.h>
#include <natscreds/provisioner/callout/evictions.h>
#include <natscreds/provisioner/ledger/jetstream_ledger.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/observation/http_server.h>
#include <natscreds/provisioner/observation/log.h>
#include <natscreds/provisioner/policy/rate_limit.h>
#include <support/eventually.h>
#include <support/fake_bus.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/loopback.h>

#include "../../../bus/doubles.h"
#include "../../../bus/pending_requests.h"
#include "../../../provisioner/callout/admitted.h"
#include "../../../provisioner/callout/known_servers.h"
#include "../../../provisioner/kubernetes/known_roles.h"
#include "../../../provisioner/ledger/bounded_cache.h"
#include "../../../provisioner/ledger/lost_writes.h"

using namespace natscreds;
using namespace natscreds::provisioner;
using namespace std::chrono_literals;

namespace {

const NameRule rule(24h);
constexpr std::size_t few = 100;

nkeys::PublicKey key(nkeys::Kind kind, std::size_t number) {
    nkeys::PublicBytes bytes{};
    for (std::size_t i = 0; i < sizeof number; ++i)
        bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
    return nkeys::PublicKey::create(kind, bytes);
}

std::string named(std::size_t number) {
    return "n" + std::to_string(number);
}

/// What a flood came to: how large the container is, and whether the rule about who goes was kept.
struct Flooded {
    std::size_t size;
    bool rule_kept;
};

/// A crowd asks for one name each, twice as many as there is room for.
Flooded flood_names(Ledger& ledger) {
    const support::FakeClock clock;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < 2 * few; ++i) {
        const Claim claim{.name = named(i),
                          .key = key(nkeys::Kind::user, i),
                          .form = Form::key_bound,
                          .role = "chat",
                          .expires = clock.now() + 1h,
                          .owner = Owner::of_key(key(nkeys::Kind::user, i))};
        const auto kept = claim_name(ledger, rule, claim, {.now = clock.now(), .max_names = 0});
        if (!kept && kept.error().code == access::Reason::ledger_unavailable) ++refused;
    }
    const auto first = renew_name(ledger, rule,
                                  {.name = named(0),
                                   .key = key(nkeys::Kind::user, 0),
                                   .role = "chat",
                                   .expires = clock.now() + 2h,
                                   .generation = 1},
                                  clock.now());
    return {.size = ledger.size().names.value_or(0), .rule_kept = refused == few && first};
}

Flooded flood_memory() {
    MemoryLedger ledger(rule, few);
    return flood_names(ledger);
}

Flooded flood_bucket() {
    support::FakeIntervals intervals;
    const auto ledger = JetStreamLedger::open(std::make_unique<support::FakeKeyValue>(),
                                              {.intervals = intervals, .max_names = few});
    return flood_names(**ledger);
}

Flooded flood_rates() {
    RateLimit<std::string> rates;
    constexpr Rate rate{.per_second = 1, .burst = 3};
    const auto greedy = [&] { return rates.allow("greedy", rate, {}); };
    bool kept = greedy() && greedy() && greedy();
    std::size_t largest = 0;
    for (std::size_t i = 0; i < 2 * rates.max_keys; ++i) {
        kept = rates.allow(named(i), rate, {}) && kept;
        largest = std::max(largest, rates.size());
    }
    return {.size = largest, .rule_kept = kept && !greedy()};
}

Flooded flood_questions() {
    RecentKeys keys;
    std::size_t largest = 0;
    const auto ask = [&](std::size_t number) {
        const bool first = keys.first_time(key(nkeys::Kind::user, number), {});
        largest = std::max(largest, keys.size());
        return first;
    };
    for (std::size_t i = 0; i < 3 * RecentKeys::most; ++i)
        (void)ask(i);
    return {.size = largest, .rule_kept = !ask(2 * RecentKeys::most) && ask(0)};
}

Flooded flood_servers() {
    KnownServers known;
    std::size_t largest = 0;
    for (std::size_t i = 0; i < 2 * KnownServers::max_servers + 1; ++i) {
        known.note_server(key(nkeys::Kind::server, i));
        largest = std::max(largest, known.servers());
    }
    const auto found = [&](std::size_t i) { return known.find(key(nkeys::Kind::server, i), {}); };
    return {.size = largest, .rule_kept = found(2 * KnownServers::max_servers) == true && !found(0)};
}

Flooded flood_strangers() {
    KnownServers known;
    known.note_server(key(nkeys::Kind::server, 0));
    const base::Instant begin{};
    for (std::size_t i = 1; i <= 2 * KnownServers::max_strangers; ++i)
        known.note_stranger(key(nkeys::Kind::server, i), begin + std::chrono::seconds(i > 1));
    const auto found = [&](std::size_t i) { return known.find(key(nkeys::Kind::server, i), begin + 1s); };
    const bool real = found(0) == true;
    const bool looked_for = !found(1) && !found(1'000'000);
    return {.size = known.strangers(), .rule_kept = real && looked_for};
}

Flooded flood_admitted() {
    Admitted admitted;
    MemoryLedger ledger(rule, few);
    const support::FakeClock clock;
    admitted.add("first-over", clock.now() + 1min);
    admitted.add("derek", clock.now() + 24h);
    for (std::size_t i = 0; i <= Admitted::most; ++i)
        admitted.add(named(i), clock.now() + 1h);
    for (const char* name : {"derek", "first-over"})
        (void)ledger.deny({.whom = {.kind = Denial::Kind::name, .value = name}});
    const std::size_t size = admitted.size();
    return {.size = size,
            .rule_kept = admitted.take_denied(ledger, clock.now()) == std::vector<std::string>{"derek"}};
}

Flooded flood_changes() {
    RightsChanges changes;
    const RightsChanges::Clock::time_point begin{};
    changes.put("oldest", begin);
    changes.put("derek", begin + 1s);
    for (std::size_t i = 2; i <= RightsChanges::most; ++i)
        changes.put(named(i), begin + 2s);
    return {.size = changes.all().size(),
            .rule_kept = changes.find("derek") != nullptr && changes.find("oldest") == nullptr};
}

/// A disk that takes every second write.
Flooded flood_losses() {
    LostWrites losses;
    const Ticket last = 4 * LostWrites::most;
    for (Ticket ticket = 2; ticket <= last; ticket += 2)
        losses.add(ticket - 1, ticket);
    bool all_lost = true;
    for (Ticket ticket = 2; ticket <= last; ticket += 2)
        all_lost = all_lost && losses.contains(ticket);
    return {.size = losses.size(),
            .rule_kept = all_lost && !losses.contains(last - 1) && !losses.contains(last + 1)};
}

Flooded flood_looked_for() {
    BoundedCache<int> cache(few);
    std::size_t largest = 0;
    for (std::size_t i = 0; i < 2 * few + 1; ++i) {
        cache.put(named(i), 1);
        largest = std::max(largest, cache.size());
    }
    return {.size = largest,
            .rule_kept = cache.find(named(2 * few)) != nullptr && cache.find(named(0)) == nullptr};
}

identity::ServiceRole role(const std::string& in, std::size_t number) {
    return {.account = {.namespace_name = in, .name = named(number)}, .publish = {}, .subscribe = {}};
}

Flooded flood_namespace() {
    kubernetes::KnownRoles roles;
    bool first_are_kept = true;
    for (std::size_t i = 0; i < 2 * roles.max_of_namespace; ++i)
        first_are_kept =
            roles.put(role("a", i)).has_value() == (i < roles.max_of_namespace) && first_are_kept;
    const std::size_t size = roles.all().size();
    const bool changed = roles.put(role("a", 0)).has_value();
    return {.size = size, .rule_kept = first_are_kept && changed && roles.put(role("b", 0))};
}

Flooded flood_cluster() {
    kubernetes::KnownRoles roles;
    const bool first = roles.put(role("nats-io", 0)).has_value();
    for (std::size_t i = 0; i < 2 * roles.most; ++i)
        (void)roles.put(role("z" + std::to_string(i / few), i));
    return {.size = roles.all().size(),
            .rule_kept = first && roles.all().contains(role("nats-io", 0).account)};
}

Flooded flood_told() {
    kubernetes::KnownRoles roles;
    std::size_t told = 0;
    for (std::size_t i = 0; i < 2 * roles.max_told; ++i)
        told += static_cast<std::size_t>(roles.is_news(role("a", i).account, "not a role"));
    const bool once = !roles.is_news(role("a", 0).account, "not a role");
    return {.size = roles.told(), .rule_kept = once && told == roles.max_told};
}

bus::Message message(const std::string& subject) {
    bus::Message message;
    message.subject = subject;
    return message;
}

Flooded flood_replies() {
    support::FixedRandom random;
    bus::PendingRequests requests(random);
    bus::PendingRequests::Waiting flooded(requests, "a");
    bus::PendingRequests::Waiting other(requests, "b");
    for (std::size_t i = 0; i < 2 * bus::PendingRequests::max_replies; ++i)
        requests.deliver(flooded.token(), message(named(i)));
    requests.deliver(other.token(), message("an answer"));
    std::vector<std::string> heard;
    const auto hear = [&](const bus::Message& reply) { heard.push_back(reply.subject); };
    const bool answered = other.collect({.timeout = 1ms, .replies = 1}, hear).has_value();
    heard.clear();
    (void)flooded.collect({.timeout = 1ms, .replies = 3 * bus::PendingRequests::max_replies}, hear);
    return {.size = heard.size(), .rule_kept = answered && heard.front() == named(0)};
}

Flooded flood_doubles() {
    bus::Doubles doubles;
    for (std::size_t i = 0; i < 2 * bus::Doubles::most; ++i)
        doubles.add(i);
    const std::size_t size = doubles.size();
    return {.size = size, .rule_kept = doubles.take(0) && !doubles.take(bus::Doubles::most)};
}

/// Whether the server holds it open.
bool open(int socket) {
    char byte = 0;
    return recv(socket, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

Flooded flood_connections() {
    const auto server = HttpServer::start("127.0.0.1:0", {.metrics = [] { return std::string(); },
                                                          .ready = [] { return base::Status(); }})
                            .value();
    const std::string& address = server->address();
    const sockaddr_in place = support::loopback(std::stoi(address.substr(address.rfind(':') + 1)));
    std::vector<int> sockets;
    for (std::size_t i = 0; i < 2 * few; ++i) {
        sockets.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        (void)connect(sockets.back(), reinterpret_cast<const sockaddr*>(&place), sizeof place);
    }
    const auto held = [&] { return static_cast<std::size_t>(std::ranges::count_if(sockets, open)); };
    (void)support::eventually([&] { return held() <= 64; });
    const Flooded flooded{.size = held(), .rule_kept = open(sockets.back()) && !open(sockets.front())};
    std::ranges::for_each(sockets, ::close);
    return flooded;
}

/// Remembers how much was written at once.
class Measured final : public std::stringbuf {
  public:
    std::size_t largest = 0;

  protected:
    std::streamsize xsputn(const char*, std::streamsize count) override {
        largest = std::max(largest, static_cast<std::size_t>(count));
        return count;
    }
};

Flooded flood_log() {
    constexpr std::size_t max_line_bytes = 1024;
    Measured written;
    std::ostream out(&written);
    {
        const Log log({}, out);
        Answer answer;
        answer.record.event = "issued";
        answer.record.name = std::string(500, 'n');
        for (int i = 0; i < 10'000; ++i)
            log.decision({.answer = answer, .replied = {}, .stored = {}, .total = {}});
    }
    const std::size_t bound = Log::max_gathered;
    return {.size = std::min(written.largest, bound), .rule_kept = written.largest < bound + max_line_bytes};
}

struct Container {
    std::string name;
    std::size_t most;
    std::string who_goes;
    std::function<Flooded()> flood;
};

const std::vector<Container> containers{
    {"names in memory", few, "the newcomer is refused, who has a name keeps it", flood_memory},
    {"names in a bucket and its mirror", few, "the newcomer is refused, who has a name keeps it",
     flood_bucket},
    {"rates of requesters and hosts", RateLimit<std::string>::max_keys, "those from which least was taken",
     flood_rates},
    {"questions that may be replayed", 2 * RecentKeys::most, "the oldest half", flood_questions},
    {"servers", KnownServers::max_servers, "all, each is looked for again", flood_servers},
    {"keys that were no server's", KnownServers::max_strangers,
     "the oldest; a server is looked for all the same", flood_strangers},
    {"names that a callout let in", Admitted::most, "the one whose time is over first", flood_admitted},
    {"users whose rights changed", RightsChanges::most, "the oldest change", flood_changes},
    {"writes that were undone", LostWrites::most, "none: the oldest two become one", flood_losses},
    {"names that were looked for", few, "all, each is read again", flood_looked_for},
    {"roles of a namespace", kubernetes::KnownRoles::max_of_namespace, "the newcomer is refused",
     flood_namespace},
    {"roles of a cluster", kubernetes::KnownRoles::most, "the newcomer is refused", flood_cluster},
    {"roles of which something was said", kubernetes::KnownRoles::max_told, "of the newcomer nothing is said",
     flood_told},
    {"replies to a request", bus::PendingRequests::max_replies, "the newcomer; other requests have their own",
     flood_replies},
    {"messages that may come twice", bus::Doubles::most, "the newcomer is not remembered", flood_doubles},
    {"HTTP connections", 64, "the oldest", flood_connections},
    {"decisions to be logged", Log::max_gathered, "none: whoever has more to say writes them", flood_log},
};

}  // namespace

TEST_CASE(
    "Provisioner: a flood fills each container up to its bound, and who goes then is whom its rule names") {
    for (const Container& container : containers) {
        INFO(container.name << ": " << container.who_goes);
        const Flooded flooded = container.flood();
        CHECK(flooded.size == container.most);
        CHECK(flooded.rule_kept);
    }
}
