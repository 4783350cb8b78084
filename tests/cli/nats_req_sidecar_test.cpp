// nats-req --keep-renewed as a sidecar: it lives as long as the machine, whatever becomes of server, service and itself.
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <nlohmann/json.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/jwt/creds.h>
#include <natscreds/provisioner/audit/audit_log.h>
#include <support/deployment.h>
#include <support/issuing_service.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using access::Reason;
using Catch::Matchers::ContainsSubstring;
using support::command;
using support::eventually;
using support::NatsServer;
using support::Outcome;
using support::Process;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// A vouched deployment whose server can go and come back, and that gives short credentials.
class World {
  public:
    explicit World(const support::ServerBinary& binary, int requesters = 1, std::string ttl = "3s")
        : tree(requesters), binary_(binary), ttl_(std::move(ttl)) {
        server_.emplace(binary_, support::ServerSetup{.config = tree.server_config()});
        url = server_->url();
        start_service();
    }

    void start_service() {
        const auto config = tree.write_policy(
            "west", {.root = {}, .more = support::unlimited + support::audited("west"), .ttl = ttl_});
        service.emplace(command("nats-provisioner", {"-s", url, "--config", config.string()}));
        service->wait_for_output("serving ");
    }
    void stop_server() { server_.reset(); }
    void start_server() {
        server_.emplace(binary_, support::ServerSetup{.config = tree.server_config(),
                                                      .arguments = {"-p", url.substr(url.rfind(':') + 1)}});
    }

    support::Command sidecar(const std::string& name, const Words& more = {}, int requester = 0) const {
        Words words{"-s",
                    url,
                    "--creds",
                    tree.creds("requester-" + std::to_string(requester)),
                    "--access",
                    name,
                    "-o",
                    file(name),
                    "--keep-renewed",
                    "--ready-file",
                    ready(name).string()};
        words.insert(words.end(), more.begin(), more.end());
        return command("nats-req", words);
    }
    std::string file(const std::string& name) const { return (tree.folder() / (name + ".creds")).string(); }
    std::filesystem::path ready(const std::string& name) const { return tree.folder() / (name + ".ready"); }
    jwt::Credentials there(const std::string& name) const {
        return jwt::Credentials::load(file(name)).value();
    }

    bool good(const std::string& name) const {
        const auto found = jwt::Credentials::load(file(name));
        return found && base::why_not_valid(found->user().validity(), clock.now()).empty();
    }
    bool is_ready(const std::string& name) const {
        return good(name) && std::filesystem::exists(ready(name));
    }
    /// Waits until what lies there has been over for so long.
    void let_expire(const std::string& name, std::chrono::seconds since = 0s) const {
        const base::Time end = *there(name).user().content.expires;
        REQUIRE(eventually([&] { return clock.now() > end + since; }));
    }

    support::VouchedTree tree;
    std::string url;
    std::optional<Process> service;
    base::SystemClock clock;

  private:
    const support::ServerBinary binary_;
    const std::string ttl_;
    std::optional<NatsServer> server_;
};

/// Sidecars of one world, each under a name and with a requester of its own.
class Crowd {
  public:
    Crowd(const World& world, int count) : names(support::names("sidecar-", count)), world_(world) {
        for (int i = 0; i < count; ++i)
            sidecars_.push_back(std::make_unique<Process>(world.sidecar(names[i], {}, i)));
    }

    [[nodiscard]] bool all_ready() const {
        return std::ranges::all_of(names, [&](const std::string& name) { return world_.is_ready(name); });
    }
    [[nodiscard]] bool none_ready() const {
        return std::ranges::none_of(
            names, [&](const std::string& name) { return std::filesystem::exists(world_.ready(name)); });
    }
    [[nodiscard]] const std::vector<std::unique_ptr<Process>>& sidecars() const { return sidecars_; }

    const std::vector<std::string> names;

  private:
    const World& world_;
    std::vector<std::unique_ptr<Process>> sidecars_;
};

const support::ServerBinary& newest_server() {
    static const support::ServerBinary newest = support::nats_servers().back();
    return newest;
}

}  // namespace

TEST_CASE("Sidecar: asleep for three lives it is back within five seconds, with the same key") {
    World world(GENERATE(from_range(support::nats_servers())));
    Process sidecar(world.sidecar("wallyqs"));
    REQUIRE(eventually([&] { return world.is_ready("wallyqs"); }));
    const jwt::Credentials first = world.there("wallyqs");

    support::freeze(sidecar.pid());
    world.let_expire("wallyqs", 6s);
    support::thaw(sidecar.pid());
    CHECK(eventually([&] { return world.is_ready("wallyqs"); }, 5s));
    CHECK(world.there("wallyqs").key().public_key() == first.key().public_key());
    CHECK(sidecar.stop().exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(world.ready("wallyqs")));
}

TEST_CASE("Sidecar: cut off from the server for longer than a life, all are back soon after it is") {
    constexpr int count = 5;
    World world(GENERATE(from_range(support::nats_servers())), count);
    const Crowd crowd(world, count);
    const auto all_ready = [&] { return crowd.all_ready(); };
    REQUIRE(eventually(all_ready));
    world.stop_server();
    for (const std::string& name : crowd.names)
        world.let_expire(name);
    CHECK(eventually([&] { return crowd.none_ready(); }));
    world.start_server();
    CHECK(eventually(all_ready, 15s));
    for (const auto& sidecar : crowd.sidecars()) {
        CHECK(sidecar->running());
        CHECK(sidecar->err().find("not renewed yet: ") != std::string::npos);
    }
}

namespace {

/// How many lines the audit has of each second from `since` on.
std::map<std::int64_t, int> decisions_by_second(const std::filesystem::path& audit, base::Time since) {
    std::map<std::int64_t, int> seconds;
    std::istringstream lines(support::read_text(audit));
    for (std::string line; std::getline(lines, line);) {
        const auto at = nlohmann::json::parse(line).at("time").get<std::int64_t>();
        if (at >= since.time_since_epoch().count()) ++seconds[at];
    }
    return seconds;
}

}  // namespace

TEST_CASE(
    "Sidecar: two hundred, cut off for a minute, are all back within fifteen seconds, one after the other",
    "[.long]") {
    constexpr int count = 200;
    World world(GENERATE(from_range(support::nats_servers())), count, "10s");
    const Crowd crowd(world, count);
    const auto all_ready = [&] { return crowd.all_ready(); };
    REQUIRE(eventually(all_ready, 120s));
    std::vector<nkeys::PublicKey> keys;
    for (const std::string& name : crowd.names)
        keys.push_back(world.there(name).key().public_key());

    world.stop_server();
    const base::Time gone = world.clock.now();
    REQUIRE(eventually([&] { return world.clock.now() >= gone + 60s; }, 90s));
    world.start_server();
    const base::Time back = world.clock.now();
    CHECK(eventually(all_ready, 15s));
    const std::chrono::seconds took = world.clock.now() - back;
    for (int i = 0; i < count; ++i) {
        CHECK(crowd.sidecars()[i]->running());
        CHECK(world.there(crowd.names[i]).key().public_key() == keys[i]);
        CHECK(world.there(crowd.names[i]).user().content.name == crowd.names[i]);
    }
    const std::filesystem::path audit = world.tree.folder() / "west.jsonl";
    CHECK(provisioner::verify_audit(audit, std::nullopt));
    int most = 0;
    for (const auto& [second, decisions] : decisions_by_second(audit, back))
        most = std::max(most, decisions);
    std::cout << "all " << count << " sidecars were back after " << took.count()
              << " s; the service decided on at most " << most << " requests in a second\n";
    CHECK(most <= 100);
    CHECK(support::read_text(audit).find("\"event\":\"rekeyed\"") == std::string::npos);
}

TEST_CASE("Sidecar: one that was gone for longer than a life goes on with the key of its file") {
    World world(GENERATE(from_range(support::nats_servers())));
    const bool killed = GENERATE(false, true);
    std::optional<Process> sidecar(std::in_place, world.sidecar("wallyqs"));
    REQUIRE(eventually([&] { return world.is_ready("wallyqs"); }));
    const jwt::Credentials first = world.there("wallyqs");
    sidecar->signal(killed ? SIGKILL : SIGTERM);
    (void)sidecar->wait();
    CHECK(std::filesystem::exists(world.ready("wallyqs")) == killed);
    world.let_expire("wallyqs");

    // Nobody answers yet: what a killed one left behind says nothing.
    world.stop_server();
    sidecar.emplace(world.sidecar("wallyqs"));
    sidecar->wait_for_output("not renewed yet: ");
    CHECK_FALSE(std::filesystem::exists(world.ready("wallyqs")));
    world.start_server();
    CHECK(eventually([&] { return world.is_ready("wallyqs"); }));
    CHECK(world.there("wallyqs").key().public_key() == first.key().public_key());
}

TEST_CASE("Sidecar: one that is there before the server waits for it") {
    World world(newest_server());
    world.stop_server();
    Process sidecar(world.sidecar("wallyqs"));
    sidecar.wait_for_output("no credentials yet: ");
    world.start_server();
    CHECK(eventually([&] { return world.is_ready("wallyqs"); }));
}

TEST_CASE("Sidecar: the file alone, kept with a requester's credentials beside it, comes back as well") {
    World world(newest_server());
    const std::string requester = world.tree.creds("requester-0");
    REQUIRE(support::run(command("nats-req", {"-s", world.url, "--creds", requester, "--access", "wallyqs",
                                              "-o", world.file("wallyqs")}))
                .exit_code == 0);
    world.let_expire("wallyqs");
    Process keeping(command("nats-req", {"-s", world.url, "--creds", world.file("wallyqs"), "--keep-renewed",
                                         "--request-creds", requester}));
    CHECK(eventually([&] { return world.good("wallyqs"); }));
    CHECK(keeping.running());
}

TEST_CASE(
    "Sidecar: without a requester's credentials an expired file ends it with 1, and it says when and what to "
    "do") {
    World world(newest_server());
    REQUIRE(support::run(command("nats-req", {"-s", world.url, "--creds", world.tree.creds("requester-0"),
                                              "--access", "wallyqs", "-o", world.file("wallyqs")}))
                .exit_code == 0);
    world.let_expire("wallyqs");
    const Outcome ended = support::run(
        command("nats-req", {"-s", world.url, "--creds", world.file("wallyqs"), "--keep-renewed"}));
    CHECK(ended.exit_code == 1);
    CHECK_THAT(ended.err, ContainsSubstring("wallyqs.creds: expired ") && ContainsSubstring(" s ago, at ") &&
                              ContainsSubstring("--request-creds FILE"));
}

TEST_CASE(
    "Sidecar: a refusal that waiting does not change ends it with 1 and one line, any other is waited for") {
    const auto [reason, ends] = GENERATE(table<Reason, bool>({{Reason::denied, true},
                                                              {Reason::superseded, true},
                                                              {Reason::role_denied, true},
                                                              {Reason::bad_name, true},
                                                              {Reason::unknown_role, true},
                                                              {Reason::name_taken, false},
                                                              {Reason::name_full, false},
                                                              {Reason::stale, false},
                                                              {Reason::rate_limited, false},
                                                              {Reason::ledger_unavailable, false}}));
    const bool first = GENERATE(true, false);
    CAPTURE(access::name(reason), first);
    const support::TrustTree tree;
    const NatsServer server(newest_server(), {.config = tree.config()});
    support::IssuingService service({.server = server.url(), .tree = tree, .life = 2s});
    const std::string file = (tree.folder() / "my.creds").string();
    const access::Refusal refusal{.error = {reason, "so it is"}};
    if (first) service.refuse_with(refusal);
    Process sidecar(command("nats-req", {"-s", server.url(), "--creds", tree.requester_creds(), "--access",
                                         "wallyqs", "-o", file, "--keep-renewed"}));
    if (!first) sidecar.wait_for_output("keeping ");
    service.refuse_with(refusal);
    const std::string named = "so it is: " + std::string(access::name(reason));
    if (ends) {
        const Outcome ended = sidecar.wait();
        CHECK(ended.exit_code == 1);
        CHECK_THAT(ended.err,
                   ContainsSubstring("refused, which waiting does not change: ") && ContainsSubstring(named));
        return;
    }
    sidecar.wait_for_output(named);
    service.refuse_with(std::nullopt);
    CHECK(eventually([&] { return sidecar.err().find("has the role") != std::string::npos; }));
    CHECK(eventually([&] { return sidecar.err().find("is renewed until") != std::string::npos; }));
    CHECK(sidecar.running());
}

TEST_CASE("Sidecar: a ready file that is somebody's, or lies nowhere, is refused at the start") {
    const World world(newest_server());
    const auto start = [&](const std::string& ready) {
        return support::run(command(
            "nats-req", {"-s", world.url, "--creds", world.tree.creds("requester-0"), "--access", "wallyqs",
                         "-o", world.file("wallyqs"), "--keep-renewed", "--ready-file", ready}));
    };
    const std::string theirs = world.tree.folder().write("theirs", "precious").string();
    CHECK(start(theirs).exit_code == 1);
    CHECK(support::read_text(theirs) == "precious");
    CHECK(start("/nowhere/ready").exit_code == 1);
    CHECK(start(world.file("wallyqs")).exit_code == 2);
    CHECK(support::run(command("nats-req", {"--access", "wallyqs", "--ready-file", theirs})).exit_code == 2);
}

}  // namespace natscreds
