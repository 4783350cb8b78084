// How many requests the service answers a second, how soon, and with how much memory; beside a plain echo of
// nats.c on the same server in the same run. The median of five rounds, in which both take turns.
//
// The load is a closed loop: so many requests are under way at any time, and each answer sends the next one.
// Requests are prepared beforehand. Every answer is looked at: one that grants nothing ends the run.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include <nats/nats.h>

#include <natscreds/access/request.h>
#include <natscreds/access/subjects.h>
#include <support/nats_server.h>
#include <support/programs.h>
#include <support/trust_tree.h>
#include <support/vouched_tree.h>

using namespace natscreds;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int rounds = 5;

void must(natsStatus status) {
    if (status == NATS_OK) return;
    std::fprintf(stderr, "bench: %s: %s\n", natsStatus_GetText(status), nats_GetLastError(nullptr));
    std::exit(1);
}

// ---- connections of plain nats.c

/// Whether what is published goes out at once, or is gathered by the library's own thread.
enum class Sending { at_once, gathered };

class Plain {
  public:
    Plain(const std::string& url, const std::string& creds, Sending sending) {
        must(natsOptions_Create(&options_));
        must(natsOptions_SetURL(options_, url.c_str()));
        must(natsOptions_SetUserCredentialsFromFiles(options_, creds.c_str(), nullptr));
        must(natsOptions_SetSendAsap(options_, sending == Sending::at_once));
        natsStatus status = natsConnection_Connect(&connection_, options_);
        // The library drops a signature whose first byte is zero; the next nonce gives another one.
        if (status == NATS_CONNECTION_AUTH_FAILED) status = natsConnection_Connect(&connection_, options_);
        must(status);
    }
    ~Plain() {
        natsSubscription_Destroy(subscription_);
        natsConnection_Destroy(connection_);
        natsOptions_Destroy(options_);
    }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    void subscribe(const std::string& subject, natsMsgHandler handler, void* closure) {
        must(natsConnection_Subscribe(&subscription_, connection_, subject.c_str(), handler, closure));
        must(natsSubscription_SetPendingLimits(subscription_, -1, -1));
        must(natsConnection_Flush(connection_));
    }

    [[nodiscard]] natsConnection* get() const { return connection_; }

  private:
    natsOptions* options_ = nullptr;
    natsConnection* connection_ = nullptr;
    natsSubscription* subscription_ = nullptr;
};

/// The reference: answers each message with its own bytes, until it is killed.
int echo(const std::string& url, const std::string& creds, const std::string& subject, Sending sending) {
    Plain connection(url, creds, sending);
    connection.subscribe(
        subject,
        [](natsConnection* nc, natsSubscription*, natsMsg* message, void*) {
            (void)natsConnection_Publish(nc, natsMsg_GetReply(message), natsMsg_GetData(message),
                                         natsMsg_GetDataLength(message));
            natsMsg_Destroy(message);
        },
        nullptr);
    std::puts("serving");
    std::fflush(stdout);
    ::pause();
    return 0;
}

// ---- the load

/// Where requests go, and what an answer that grants something begins with.
struct Target {
    std::string url;
    std::string creds;
    std::string subject;
    std::string inbox;
    std::string granted;
};

struct Result {
    double rate;                       ///< answers a second
    std::chrono::microseconds median;  ///< from request to answer
};

class Load {
  public:
    Load(const Target& target, const std::vector<std::string>& requests, std::size_t in_flight)
        : target_(target),
          requests_(requests),
          in_flight_(in_flight),
          connection_(target.url, target.creds, in_flight == 1 ? Sending::at_once : Sending::gathered),
          sent_(requests.size()) {
        delays_.reserve(requests.size());
        connection_.subscribe(target.inbox + ".*", on_answer, this);
    }

    Result run() {
        const auto start = Clock::now();
        for (std::size_t i = 0; i < in_flight_; ++i)
            send();
        std::unique_lock lock(mutex_);
        if (!done_.wait_for(lock, std::chrono::seconds(120),
                            [this] { return delays_.size() == requests_.size(); })) {
            std::fprintf(stderr, "bench: %zu of %zu answers came\n", delays_.size(), requests_.size());
            std::exit(1);
        }
        const std::chrono::duration<double> took = Clock::now() - start;
        const auto middle = delays_.begin() + static_cast<std::ptrdiff_t>(delays_.size() / 2);
        std::nth_element(delays_.begin(), middle, delays_.end());
        return {static_cast<double>(requests_.size()) / took.count(),
                std::chrono::duration_cast<std::chrono::microseconds>(*middle)};
    }

  private:
    /// Called before the first answer, and then on the subscription's one thread.
    void send() {
        if (next_ == requests_.size()) return;
        const std::string& body = requests_[next_];
        const std::string reply = target_.inbox + "." + std::to_string(next_);
        sent_[next_++] = Clock::now();
        must(natsConnection_PublishRequest(connection_.get(), target_.subject.c_str(), reply.c_str(),
                                           body.data(), static_cast<int>(body.size())));
    }

    static void on_answer(natsConnection*, natsSubscription*, natsMsg* message, void* closure) {
        auto& self = *static_cast<Load*>(closure);
        const std::unique_ptr<natsMsg, decltype(&natsMsg_Destroy)> owner(message, natsMsg_Destroy);
        const std::string_view body(natsMsg_GetData(message),
                                    static_cast<std::size_t>(natsMsg_GetDataLength(message)));
        if (body.find(self.target_.granted) == std::string_view::npos) {
            std::fprintf(stderr, "bench: refused: %.*s\n", static_cast<int>(body.size()), body.data());
            std::exit(1);
        }
        const std::string_view subject = natsMsg_GetSubject(message);
        const std::string number(subject.substr(subject.rfind('.') + 1));
        const std::lock_guard lock(self.mutex_);
        self.delays_.push_back(Clock::now() - self.sent_[std::stoul(number)]);
        self.send();
        if (self.delays_.size() == self.requests_.size()) self.done_.notify_all();
    }

    const Target& target_;
    const std::vector<std::string>& requests_;
    std::size_t in_flight_;
    Plain connection_;
    std::mutex mutex_;
    std::condition_variable done_;
    std::size_t next_ = 0;
    std::vector<Clock::time_point> sent_;
    std::vector<Clock::duration> delays_;
};

// ---- what is compared

/// A way to run the service, and the requests that are made of it.
struct Scene {
    const char* name;
    std::vector<std::string> service;
    Target target;
    std::string service_creds;
    std::string listened;  ///< the target's subject, as it reaches the service
    std::function<std::vector<std::string>(std::size_t)> requests;
    std::size_t in_flight;
    std::size_t count;
};

std::vector<std::string> echo_command(const Scene& scene, Sending sending) {
    return {std::filesystem::read_symlink("/proc/self/exe").string(),
            "echo",
            scene.target.url,
            scene.service_creds,
            scene.listened,
            sending == Sending::at_once ? "at-once" : "gathered"};
}

std::size_t resident_kilobytes(int pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    return 0;
}

/// Of all its threads until now.
double processor_seconds(int pid) {
    std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
    std::string rest;
    std::getline(stat, rest, ')');
    std::getline(stat, rest);
    std::istringstream fields(rest);
    std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
    const double ticks = std::stod(all[11]) + std::stod(all[12]);
    return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

struct Measured {
    Result result;
    std::size_t kilobytes;
    double processor;  ///< seconds, for all requests
};

Measured measure(const std::vector<std::string>& command, const Scene& scene, const Target& target,
                 const std::vector<std::string>& requests) {
    support::Process process({.argv = command});
    process.wait_for_output("serving");
    const double before = processor_seconds(process.pid());
    const Result result = Load(target, requests, scene.in_flight).run();
    return {result, resident_kilobytes(process.pid()), processor_seconds(process.pid()) - before};
}

Measured measure_service(const Scene& scene, const std::function<void()>& prepare) {
    prepare();
    return measure(scene.service, scene, scene.target, scene.requests(scene.count));
}

Measured measure_echo(const Scene& scene) {
    Target target = scene.target;
    target.granted = "";
    const Sending sending = scene.in_flight == 1 ? Sending::at_once : Sending::gathered;
    return measure(echo_command(scene, sending), scene, target, scene.requests(scene.count));
}

template <class T>
T median(std::vector<T> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void compare(const Scene& scene, const std::function<void()>& prepare) {
    std::vector<double> rates;
    std::vector<double> ratios;
    std::vector<long> delays;
    std::vector<long> differences;
    std::size_t kilobytes = 0;
    std::vector<double> processor;
    for (int round = 0; round < rounds; ++round) {
        const Measured ours = measure_service(scene, prepare);
        const Measured reference = measure_echo(scene);
        rates.push_back(ours.result.rate);
        ratios.push_back(ours.result.rate / reference.result.rate);
        delays.push_back(ours.result.median.count());
        differences.push_back((ours.result.median - reference.result.median).count());
        kilobytes = ours.kilobytes;
        processor.push_back(ours.processor / static_cast<double>(scene.count));
    }
    std::printf(
        "%-40s %4zu in flight %8.0f/s %5.1f %% of the echo   p50 %6ld us, the echo's %+ld   "
        "%.0f us of processor each   %zu KiB resident\n",
        scene.name, scene.in_flight, median(rates), 100 * median(ratios), median(delays), median(differences),
        1e6 * median(processor), kilobytes);
    std::fflush(stdout);
}

// ---- requests

std::vector<std::string> names_from(const std::string& prefix, std::size_t count) {
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < count; ++i)
        bodies.push_back(prefix + std::to_string(i));
    return bodies;
}

std::vector<std::string> names(std::size_t count) {
    return names_from("n", count);
}

std::vector<std::string> signed_requests(std::size_t count) {
    base::SystemRandom random;
    const std::string audience = access::Subjects().direct(access::Endpoint::access);
    const base::Time now = base::SystemClock().now();
    std::vector<std::string> bodies;
    for (std::size_t i = 0; i < count; ++i) {
        const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
        bodies.push_back(access::encode_request({.name = "n" + std::to_string(i)}, key,
                                                {.audience = audience, .now = now}, random));
    }
    return bodies;
}

/// What the disk can do: writes of a line's size, each flushed.
double flushes_a_second(const std::filesystem::path& folder) {
    const std::filesystem::path file = folder / "flushes";
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const std::array<char, 400> line{};
    int count = 0;
    const auto start = Clock::now();
    for (; Clock::now() - start < std::chrono::seconds(1); ++count) {
        if (::write(fd, line.data(), line.size()) < 0 || ::fdatasync(fd) != 0) std::exit(1);
    }
    ::close(fd);
    return count;
}

// ---- the scenes

constexpr const char* no_limits = "limits = { requester = { per_second = 0, burst = 0 } }\n";

void remove_stores(const std::filesystem::path& folder) {
    for (const char* file : {"names.db", "names.db-wal", "names.db-shm", "audit.jsonl"})
        std::filesystem::remove(folder / file);
}

Target direct_target(const support::TrustTree& tree, const support::NatsServer& server) {
    return {.url = server.url(),
            .creds = tree.requester_creds(),
            .subject = "chat.req.access",
            .inbox = "_INBOX.bench",
            .granted = {}};
}

void bench_plain(const support::ServerBinary& binary) {
    const support::TrustTree tree;
    const support::NatsServer server(binary, {.config = tree.config()});
    Target target = direct_target(tree, server);
    target.granted = "-----BEGIN NATS USER JWT-----";
    const std::vector<std::string> plain{support::program("nats-provisioner"),
                                         "--acc",
                                         tree.account_file(),
                                         "--sk",
                                         tree.signing_key_file(),
                                         "--creds",
                                         tree.service_creds(),
                                         "-s",
                                         server.url(),
                                         "--plain-names"};
    compare({.name = "plain form, no audit, memory ledger",
             .service = plain,
             .target = target,
             .service_creds = tree.service_creds(),
             .listened = target.subject,
             .requests = names,
             .in_flight = 1,
             .count = 2000},
            [] {});
    compare({.name = "plain form, no audit, memory ledger",
             .service = plain,
             .target = target,
             .service_creds = tree.service_creds(),
             .listened = target.subject,
             .requests = names,
             .in_flight = 256,
             .count = 20'000},
            [] {});
}

void bench_direct(const support::ServerBinary& binary) {
    const support::TrustTree tree;
    const support::NatsServer server(binary, {.config = tree.config()});
    Target target = direct_target(tree, server);
    target.granted = "\"jwt\":\"";
    const std::filesystem::path config = tree.folder().write(
        "direct.toml", std::string(no_limits) + "account = \"KUBECON.jwt\"\n[connection]\nserver = \"" +
                           server.url() + "\"\ncreds = \"chat-access.creds\"\n[roles.chat]\nsigning_key = " +
                           "\"signing.nk\"\nttl = \"1h\"\npublish = [\"chat.>\"]\nsubscribe = "
                           "[\"_INBOX_.{{subject()}}.>\", \"chat.>\"]\n" +
                           "[ledger]\nstore = \"sqlite:names.db\"\n[audit]\nfile = \"audit.jsonl\"\n");
    compare({.name = "direct, key-bound, audit, SQLite ledger",
             .service = {support::program("nats-provisioner"), "--config", config.string()},
             .target = target,
             .service_creds = tree.service_creds(),
             .listened = target.subject,
             .requests = signed_requests,
             .in_flight = 256,
             .count = 20'000},
            [&] { remove_stores(tree.folder().path()); });
    std::printf("(this disk flushes %.0f times a second)\n", flushes_a_second(tree.folder().path()));
}

/// How much memory a service with a memory ledger has after each of the rounds.
std::string memory_after(const std::vector<std::string>& command, const Target& target,
                         const std::vector<std::vector<std::string>>& rounds_of_requests) {
    support::Process process({.argv = command});
    process.wait_for_output("serving");
    std::string kilobytes = std::to_string(resident_kilobytes(process.pid()));
    for (const std::vector<std::string>& requests : rounds_of_requests) {
        (void)Load(target, requests, 256).run();
        kilobytes += ", " + std::to_string(resident_kilobytes(process.pid()));
    }
    return kilobytes;
}

void bench_memory(const support::ServerBinary& binary) {
    const support::TrustTree tree;
    const support::NatsServer server(binary, {.config = tree.config()});
    const auto service = [&](const std::string& ttl) -> std::vector<std::string> {
        const std::filesystem::path config = tree.folder().write(
            ttl + ".toml", "plain_names = true\naccount = \"KUBECON.jwt\"\n[connection]\nserver = \"" +
                               server.url() +
                               "\"\ncreds = \"chat-access.creds\"\n[roles.chat]\nsigning_key = " +
                               "\"signing.nk\"\nttl = \"" + ttl +
                               "\"\npublish = [\"chat.>\"]\nsubscribe = [\"_INBOX_.{{subject()}}.>\"]\n");
        return {support::program("nats-provisioner"), "--config", config.string()};
    };
    const Target plain{.url = server.url(),
                       .creds = tree.requester_creds(),
                       .subject = "chat.req.access",
                       .inbox = "_INBOX.bench",
                       .granted = "-----BEGIN NATS USER JWT-----"};
    Target key_bound = plain;
    key_bound.granted = "\"jwt\":\"";

    constexpr std::size_t many = 100'000;
    std::printf("KiB resident at the start and after each round:\n");
    std::printf("  two rounds of %zu names that live:   %s   (16 MiB and 200 bytes a name: %zu, %zu, %zu)\n",
                many,
                memory_after(service("1h"), plain, {names_from("a", many), names_from("b", many)}).c_str(),
                std::size_t{16384}, 16384 + many * 200 / 1024, 16384 + 2 * many * 200 / 1024);
    const std::vector<std::string> same = signed_requests(10'000);
    std::printf("  the same %zu names again and again:   %s\n", same.size(),
                memory_after(service("2h"), key_bound, {same, same, same, same}).c_str());
    std::printf("  other names each time, of a second:      %s\n",
                memory_after(service("1s"), plain,
                             {names_from("a", many), names_from("b", many), names_from("c", many),
                              names_from("d", many), names_from("e", many)})
                    .c_str());
}

void bench_vouched(const support::ServerBinary& binary) {
    const support::VouchedTree tree;
    const support::NatsServer server(binary, {.config = tree.server_config()});
    const std::string own = tree.key("requester-0").text();
    const std::filesystem::path config = tree.write_policy(
        "vouched", {.root = no_limits,
                    .more = "[ledger]\nstore = \"sqlite:names.db\"\n[audit]\nfile = \"audit.jsonl\"\n"});
    compare(
        {.name = "vouched, key-bound, audit, SQLite ledger",
         .service = {support::program("nats-provisioner"), "--config", config.string(), "-s", server.url()},
         .target = {.url = server.url(),
                    .creds = tree.creds("requester-0"),
                    .subject = "chat.req.access." + own,
                    .inbox = "_INBOX_." + own + ".bench",
                    .granted = "\"jwt\":\""},
         .service_creds = tree.creds("provisioner"),
         .listened = "chat.req.access.*.*",
         .requests = signed_requests,
         .in_flight = 256,
         .count = 20'000},
        [&] { remove_stores(tree.folder().path()); });
}

}  // namespace

/// All scenes, or those named: "plain", "direct", "vouched".
int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 5 && arguments[0] == "echo") {
        return echo(arguments[1], arguments[2], arguments[3],
                    arguments[4] == "at-once" ? Sending::at_once : Sending::gathered);
    }
    const support::ServerBinary binary = support::nats_servers().back();
    std::printf("nats-server %s; median of %d rounds\n", binary.version.c_str(), rounds);
    const auto wanted = [&](const char* scene) {
        return arguments.empty() || std::ranges::count(arguments, scene) != 0;
    };
    if (wanted("plain")) bench_plain(binary);
    if (wanted("direct")) bench_direct(binary);
    if (wanted("vouched")) bench_vouched(binary);
    if (wanted("memory")) bench_memory(binary);
    nats_Close();
    return 0;
}
