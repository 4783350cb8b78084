// How nats-provisioner ends: in order, and in time whatever hangs.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/descriptor.h>
#include <support/black_hole.h>
#include <support/certificates.h>
#include <support/deployment.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using support::audited;
using support::Deployment;
using support::Hole;
using support::IssueCheck;
using support::names;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::unlimited;
using Findings = std::vector<std::string>;
using Steady = std::chrono::steady_clock;

/// What the unit in conf/systemd gives it.
constexpr auto given_time = 15s;

const std::string shared_ledger = "[ledger]\nstore = \"jetstream:names\"\n";

/// SIGTERM, and its end; how long that takes.
std::chrono::milliseconds time_to_end(Process& service, Outcome& outcome) {
    const auto begun = Steady::now();
    service.signal(SIGTERM);
    outcome = service.wait(60s);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun);
}

/// Stops a process for as long as this lives.
class Frozen {
  public:
    explicit Frozen(int process) : process_(process) { kill(process_, SIGSTOP); }
    ~Frozen() { kill(process_, SIGCONT); }
    Frozen(const Frozen&) = delete;
    Frozen& operator=(const Frozen&) = delete;

  private:
    int process_;
};

TEST_CASE("Stopping: of two copies under load one ends, and every request is answered, none with draining") {
    constexpr int asked = 60;
    Deployment chat(GENERATE(from_range(support::nats_servers())));
    Process& ending = chat.start_copy("west", {.more = unlimited + shared_ledger + audited("west")});
    chat.start_copy("east", {.more = unlimited + shared_ledger + audited("east")});
    IssueCheck check;
    Outcome outcome{};
    {
        std::jthread asking([&] { chat.request_all(names("r", asked), check); });
        REQUIRE(support::eventually([&] { return check.granted() > 3; }));
        CHECK(time_to_end(ending, outcome) < given_time);
        CHECK(check.granted() < asked);
    }
    CHECK(outcome.exit_code == 0);
    CHECK(check.refused("draining") == 0);
    CHECK(check.granted() == asked);
    CHECK(check.refused("name_taken") == std::size_t(asked * (chat.requesters - 1)));
    const auto& folder = chat.tree.folder();
    CHECK(check.findings({folder / "west.jsonl", folder / "east.jsonl"}, {}) == Findings{});
}

TEST_CASE("Stopping: beside a server that hangs it ends in time, whatever its ledger is") {
    const std::string ledger =
        GENERATE("", "[ledger]\nstore = \"jetstream:names\"\n", "[ledger]\nstore = \"sqlite:names.db\"\n");
    Deployment chat(support::nats_servers().back());
    Process& service = chat.start_copy("west", {.more = unlimited + ledger + audited("west")});
    IssueCheck check;
    chat.request_all({"before"}, check);
    Outcome outcome{};
    {
        const Frozen server(chat.server.pid());
        CHECK(time_to_end(service, outcome) < given_time);
    }
    INFO(outcome.err);
    CHECK(outcome.exit_code == 4);
    CHECK(outcome.err.find("ending without it") == std::string::npos);
    CHECK(check.granted() == 1);
    CHECK(check.findings({chat.tree.folder() / "west.jsonl"}, {}) == Findings{});
}

TEST_CASE("Stopping: while its lost server is looked for it ends in time, with 0") {
    const std::optional<Hole> in_its_place =
        GENERATE(std::optional<Hole>(), Hole::takes_no_connection, Hole::says_nothing);
    Deployment chat(support::nats_servers().back());
    Process& service = chat.start_copy("west", {.more = unlimited + shared_ledger + audited("west")});
    IssueCheck check;
    chat.request_all({"before"}, check);
    const std::string url = chat.server.url();
    chat.server.stop();
    std::optional<support::BlackHole> hole;
    if (in_its_place) hole.emplace(*in_its_place, std::stoi(url.substr(url.rfind(':') + 1)));
    service.wait_for_output("disconnected; trying to reconnect");
    if (hole) REQUIRE(support::eventually([&] { return hole->has_guest(); }));
    Outcome outcome{};
    CHECK(time_to_end(service, outcome) < given_time);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.find("ending without it") == std::string::npos);
    CHECK(check.findings({chat.tree.folder() / "west.jsonl"}, {}) == Findings{});
}

/// A service that follows the NatsServiceRoles of a cluster.
std::string following(const std::string& server, const std::string& api_server, const std::string& ca) {
    return "account = \"KUBECON.jwt\"\ndefault_role = \"backend\"\n[connection]\nserver = \"" + server +
           "\"\ncreds = \"chat-access.creds\"\n[identity.kubernetes]\nissuer = \"https://cluster\"\n"
           "audience = \"nats\"\ncheck = \"review\"\napi_server = \"https://" +
           api_server + "\"\nca = \"" + ca +
           "\"\ntoken = \"token\"\n[service_roles]\ncluster = \"example\"\nrole = \"backend\"\nwatch = "
           "true\nnamespaces = [\"a\", \"b\"]\n"
           "[tokens]\n[roles.backend]\nsigning_key = \"signing.nk\"\nttl = \"1h\"\nrenewable = true\n"
           "publish = [\"chat.req.renew\"]\nsubscribe = [\"_INBOX_.{{subject()}}.>\"]\npayload = 8192\n";
}

TEST_CASE("Stopping: beside an API server that does not answer it ends at once") {
    const support::BlackHole api(GENERATE(Hole::takes_no_connection, Hole::says_nothing));
    const support::Certificates certificates;
    const support::TrustTree tree;
    const NatsServer server(support::nats_servers().back(), {.config = tree.config()});
    (void)tree.folder().write("token", "a.b.c");
    const auto config = tree.folder().write(
        "service.toml", following(server.url(), api.address(), certificates.file("ca.pem")));
    Process service(support::command("nats-provisioner", {"--config", config.string()}));
    service.wait_for_output("serving ");
    REQUIRE(support::eventually([&] { return api.has_guest(); }));
    Outcome outcome{};
    CHECK(time_to_end(service, outcome) < 3s);
    INFO(outcome.err);
    CHECK(outcome.exit_code == 0);
}

/// A file that takes nothing: a pipe that is full, and that nobody empties.
class StuckFile {
  public:
    explicit StuckFile(const std::filesystem::path& file) {
        REQUIRE(mkfifo(file.c_str(), 0600) == 0);
        descriptor_ = open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        const std::string block(4096, ' ');
        while (write(descriptor_, block.data(), block.size()) > 0) {
        }
    }
    ~StuckFile() { close(descriptor_); }
    StuckFile(const StuckFile&) = delete;
    StuckFile& operator=(const StuckFile&) = delete;

  private:
    int descriptor_ = -1;
};

TEST_CASE("Stopping: while the audit's disk hangs it ends in time, says so, and has issued nothing") {
    Deployment chat(support::nats_servers().back());
    const StuckFile audit(chat.tree.folder() / "west.jsonl");
    Process& service = chat.start_copy("west", {.more = unlimited + audited("west")});
    IssueCheck check;
    chat.request_all({"one", "two"}, check, 300ms);
    Outcome outcome{};
    CHECK(time_to_end(service, outcome) < given_time);
    CHECK(outcome.exit_code == 4);
    CHECK_THAT(outcome.err, ContainsSubstring("answers that the disk has not taken"));
    CHECK_THAT(outcome.err, ContainsSubstring("ending without it"));
    CHECK(check.granted() == 0);
}

TEST_CASE("Stopping: while it waits for its ledger it ends at once, with 0") {
    const support::VouchedTree tree;
    // No JetStream, so no bucket.
    const NatsServer server(support::nats_servers().back(), {.config = tree.server_config()});
    const std::filesystem::path config = tree.write_policy("west", {.more = shared_ledger});
    Process service(support::command("nats-provisioner", {"-s", server.url(), "--config", config.string()}));
    service.wait_for_output("waiting: ");
    Outcome outcome{};
    CHECK(time_to_end(service, outcome) < 5s);
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("told to end before it could serve"));
}

// ---- reloading

/// Who watches a service, as systemd does.
class Watcher {
  public:
    Watcher() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }

    [[nodiscard]] std::string path() const { return (folder_.path() / "notify").string(); }

    /// Waits for the next word; nothing where none comes in time.
    [[nodiscard]] std::string next(std::chrono::milliseconds time) const {
        pollfd waited{.fd = socket_.number(), .events = POLLIN, .revents = 0};
        if (poll(&waited, 1, static_cast<int>(time.count())) <= 0) return {};
        std::array<char, 256> word{};
        const ssize_t size = recv(socket_.number(), word.data(), word.size(), 0);
        return {word.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }

    /// Waits for a word that begins so.
    [[nodiscard]] bool hears(const std::string& start) const {
        return support::eventually([&] { return next(100ms).starts_with(start); });
    }

  private:
    support::TempDir folder_;
    base::Descriptor socket_;
};

/// A copy whose reload does not come to an end: its new credentials are tried on a server that hangs.
class HungReload {
  public:
    HungReload() {
        const auto config = chat_.tree.write_policy("west", {.more = unlimited + audited("west")});
        support::Command command = support::command(
            "nats-provisioner", {"-s", chat_.server.url(), "--config", config.string(), "--timeout", "8s"});
        command.environment = {{"NOTIFY_SOCKET", watcher.path()}, {"WATCHDOG_USEC", "200000"}};
        service.emplace(command);
        REQUIRE(watcher.hears("READY=1"));
        chat_.tree.replace_service_user();
        server_.emplace(chat_.server.pid());
        service->signal(SIGHUP);
        REQUIRE(watcher.hears("RELOADING=1"));
    }

  private:
    Deployment chat_{support::nats_servers().back()};
    std::optional<Frozen> server_;

  public:
    const Watcher watcher;
    std::optional<Process> service;
};

TEST_CASE("Reloading: who watches the service hears of it while a reload takes its time") {
    const HungReload scene;
    for (int i = 0; i < 10; ++i)
        CHECK(scene.watcher.next(2s) == "WATCHDOG=1");
}

TEST_CASE("Stopping: it begins while a reload takes its time, and is in time") {
    HungReload scene;
    Outcome outcome{};
    CHECK(time_to_end(*scene.service, outcome) < given_time);
    CHECK(scene.watcher.hears("STOPPING=1"));
    INFO(outcome.err);
    CHECK(outcome.err.find("ending without it") == std::string::npos);
}

}  // namespace
}  // namespace natscreds
