// The callout on real servers: the write-up's command, and what must not work, each way in.
#include <atomic>
#include <functional>
#include <memory>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/base/file.h>
#include <natscreds/provisioner/callout/callout_service.h>
#include <natscreds/provisioner/callout/evictions.h>
#include <natscreds/provisioner/ledger/memory_ledger.h>
#include <natscreds/provisioner/service/startup.h>
#include <support/callout_tree.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/token_cluster.h>

#include "bus_bench.h"

namespace natscreds::provisioner {
namespace {

using bus::Seen;
using identity::AccountName;
using support::eventually;
using support::Outcome;
using support::Process;
using support::Sealed;
using support::WayIn;
using namespace std::chrono_literals;

const AccountName nats_user{.namespace_name = "nats-io", .name = "nats-user"};
const AccountName admin{.namespace_name = "nats-io", .name = "nats-admin-user"};

identity::ServiceRole role(const AccountName& account, std::vector<std::string> publish,
                           std::vector<std::string> subscribe) {
    return {.account = account,
            .publish = {.allow = std::move(publish), .deny = {}, .extra = {}},
            .subscribe = {.allow = std::move(subscribe), .deny = {}, .extra = {}}};
}

identity::ServiceRole admins_role() {
    return role(admin, {">"}, {">"});
}

struct Scene {
    std::string version;
    WayIn way;
    Sealed sealed;
};

/// 2.9 has no callouts, and 2.10 no default sentinel.
Scene each_scene() {
    return GENERATE(Scene{"2.10.27", WayIn::configuration, Sealed::no},
                    Scene{"2.10.27", WayIn::configuration, Sealed::yes},
                    Scene{"2.10.27", WayIn::sentinel_creds, Sealed::yes},
                    Scene{"2.15.1", WayIn::configuration, Sealed::yes},
                    Scene{"2.15.1", WayIn::default_sentinel, Sealed::no},
                    Scene{"2.15.1", WayIn::default_sentinel, Sealed::yes},
                    Scene{"2.15.1", WayIn::sentinel_creds, Sealed::no});
}

/// A server, and a service that answers it, from the configuration file on.
class Deployment {
  public:
    explicit Deployment(const Scene& scene)
        : tree(scene.way, scene.sealed),
          server(support::nats_server_of(scene.version), {.config = tree.server_config()}),
          configuration(load_configuration(tree.write_policy(server.url())).value()),
          policy(load_policy(configuration, clock.now()).value()),
          audit(AuditLog::open(tree.folder() / "audit.jsonl").value()),
          service(start(roles)),
          delivery({.ledger = ledger,
                    .audit = &audit,
                    .clock = clock,
                    .intervals = intervals,
                    .send = [this](const std::string& reply,
                                   const Answer& answer) { return service->send(reply, answer); },
                    .observe = [](const Served&) {},
                    .failed = [](const base::Error&) {}}),
          listening(service->listen(delivery).value()) {
        roles.observe([this](const AccountName& account) { service->end_connections(account.name); });
        roles.replace({role(nats_user, {"foo.*"}, {"hello.world"}), admins_role()});
    }

    [[nodiscard]] std::string token(const AccountName& account, std::chrono::seconds life = 10min) const {
        return cluster.token(account, clock.now() + life);
    }

    /// The write-up's command line: `PROGRAM -s nats://USER:TOKEN@HOST ...`.
    [[nodiscard]] support::Command command(const std::string& program, const std::string& login,
                                           std::vector<std::string> words) const {
        const std::string address = server.address();
        words.insert(words.begin(), {"-s", "nats://" + login + "@" + address});
        if (!tree.sentinel_creds().empty()) words.insert(words.end(), {"--creds", tree.sentinel_creds()});
        return support::command(program, words);
    }
    [[nodiscard]] int exit_code(const std::string& program, const std::string& login,
                                const std::vector<std::string>& words) const {
        return support::run(command(program, login, words)).exit_code;
    }

    [[nodiscard]] bus::ConnectionOptions options_of(const AccountName& account) const {
        bus::ConnectionOptions options;
        options.servers = {server.url()};
        options.user = account.name;
        options.password = base::Secret::copy_of(base::as_bytes(token(account)));
        if (!tree.sentinel_creds().empty())
            options.credentials = jwt::Credentials::load(tree.sentinel_creds()).value();
        return options;
    }

    [[nodiscard]] std::string audit_text() const {
        return base::read_file(tree.folder() / "audit.jsonl", 1 << 20).value();
    }

    base::SystemClock clock;
    base::SystemIntervalClock intervals;
    base::SystemRandom random;
    support::TokenCluster cluster{clock};
    identity::ServiceRoles roles;
    support::CalloutTree tree;
    support::NatsServer server;
    Configuration configuration;
    CurrentPolicy policy;
    MemoryLedger ledger{NameRule(24h), 100};
    AuditLog audit;
    std::unique_ptr<CalloutService> service;
    ReplyQueue delivery;
    bus::Subscription listening;

    /// A copy that knows these roles, and does not answer.
    std::unique_ptr<CalloutService> start(const identity::ServiceRoles& roles_of_copy,
                                          std::function<bool()> roles_known = {}) {
        CalloutSetup setup = load_callout(configuration).value();
        return CalloutService::start({.connection = std::move(setup.connection),
                                      .system = std::move(setup.system),
                                      .callout = {.policy = policy,
                                                  .verifiers = {.kubernetes = &cluster},
                                                  .roles = roles_of_copy,
                                                  .ledger = ledger,
                                                  .clock = clock,
                                                  .intervals = intervals,
                                                  .random = random},
                                      .settings = std::move(setup.settings),
                                      .queue = "provisioner",
                                      .workers = 2,
                                      .tell = [](const std::string&) {},
                                      .roles_known = std::move(roles_known)})
            .value();
    }
};

/// A connection, and what happens to it.
class Client {
  public:
    explicit Client(bus::ConnectionOptions options)
        : connection_(
              bus::connect(std::move(options), {.disconnected = [this] { happened.add("disconnected"); },
                                                .reconnected = [this] { happened.add("reconnected"); },
                                                .closed = {},
                                                .error = {}})) {}

    [[nodiscard]] bool may_listen_to(const std::string& subject) {
        return connection_
            .listen(
                {.subject = subject, .queue = "", .workers = 1}, [](const bus::Message&) {}, 5s)
            .has_value();
    }
    bus::Connection& operator*() { return connection_; }
    bus::Connection* operator->() { return &connection_; }

    Seen<std::string> happened;

  private:
    bus::Connection connection_;
};

constexpr int not_authorized = 5;

}  // namespace

TEST_CASE(
    "Callout: nats-sub with a ServiceAccount's token has its role's rights, as long as it has the role") {
    const Scene scene = each_scene();
    CAPTURE(scene.version, scene.way, scene.sealed == Sealed::yes);
    Deployment deployment(scene);
    const std::string token = deployment.token(nats_user);
    const std::string login = "nats-user:" + token;
    Process subscriber(deployment.command("nats-sub", login, {"hello.world"}));
    subscriber.wait_for_output("listening on hello.world");
    Client publisher(deployment.options_of(admin));
    REQUIRE(publisher->publish("hello.world", "as the role allows"));
    subscriber.wait_for_output("as the role allows");

    // That role's permissions and no others; that name and no other; that token and no other.
    CHECK(deployment.exit_code("nats-pub", login, {"foo.bar", "hi"}) == 0);
    CHECK(deployment.exit_code("nats-pub", login, {"hello.world", "hi"}) == not_authorized);
    CHECK(deployment.exit_code("nats-sub", login, {"greetings"}) == not_authorized);
    CHECK(deployment.exit_code("nats-sub", "nats-admin-user:" + token, {"hello.world"}) == not_authorized);
    CHECK(deployment.exit_code("nats-sub", login + "A", {"hello.world"}) == not_authorized);
    CHECK(deployment.exit_code("nats-sub", "nats-user:" + deployment.token(nats_user, 0s), {"hello.world"}) ==
          not_authorized);
    CHECK(deployment.audit_text().find(R"("event":"authorized")") != std::string::npos);
    CHECK(deployment.audit_text().find(R"("service_account":"nats-io/nats-user")") != std::string::npos);
    CHECK(deployment.audit_text().find(token) == std::string::npos);

    // A changed role: the connection is ended, and the next one has the new rights.
    deployment.roles.replace({role(nats_user, {"foo.*"}, {"hello.world", "greetings"}), admins_role()});
    subscriber.wait_for_output("reconnected");
    Client changed(deployment.options_of(nats_user));
    CHECK(changed.may_listen_to("greetings"));

    // A deleted role: the connection is ended, and there is no next one.
    deployment.roles.replace({admins_role()});
    CHECK(changed.happened.wait_for(1) == std::vector<std::string>{"disconnected"});
    CHECK(deployment.exit_code("nats-sub", login, {"hello.world"}) == not_authorized);
    CHECK_FALSE(changed->connected_url());
    CHECK(publisher->connected_url());
    CHECK(publisher.happened.wait_for(0).empty());
}

TEST_CASE("Callout: who is denied is disconnected, and comes back when it is allowed again") {
    Deployment deployment({"2.15.1", WayIn::default_sentinel, Sealed::no});
    Client client(deployment.options_of(nats_user));
    const Denial denial{.kind = Denial::Kind::name, .value = "nats-user"};
    REQUIRE(deployment.ledger.deny({.whom = denial}));
    CHECK(eventually([&] {
        deployment.service->tidy();
        return !client->connected_url();
    }));
    REQUIRE(deployment.ledger.allow(denial));
    CHECK(client.happened.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
}

TEST_CASE(
    "Callout: a copy that starts ends the connections of those who have no role, once it knows the roles") {
    Deployment deployment(each_scene());
    Client client(deployment.options_of(nats_user));
    Client other(deployment.options_of(admin));
    identity::ServiceRoles later;
    std::atomic<bool> known = false;
    const auto copy = deployment.start(later, [&] { return known.load(); });
    for (int i = 0; i < 3; ++i)
        copy->tidy();
    REQUIRE(client->flush(5s));
    CHECK(client.happened.wait_for(0).empty());

    later.replace({admins_role()});
    known = true;
    copy->tidy();
    // The copy that answers lets it in again: roles are its own.
    CHECK(client.happened.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(other.happened.wait_for(0).empty());
}

TEST_CASE("Callout: however few connections a server lists at once, all are ended that may not stay") {
    const std::string version = GENERATE("2.10.27", "2.15.1");
    Deployment deployment({version, WayIn::configuration, Sealed::no});
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 7; ++i)
        clients.push_back(std::make_unique<Client>(deployment.options_of(i == 3 ? admin : nats_user)));
    bus::Connection system = bus::connect(std::move(*load_callout(deployment.configuration)->system));
    Evictions evictions(
        {.system = system, .account = "APP", .tell = [](const std::string&) {}, .page_size = 2});
    REQUIRE(evictions.start());
    REQUIRE(evictions.end_unless(
        [](const ListedConnection& connection) { return connection.user == admin.name; }));
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (i != 3) CHECK(clients[i]->happened.wait_for(1).front() == "disconnected");
    }
    CHECK(clients[3]->happened.wait_for(0).empty());
}

TEST_CASE("Callout: a connection ends with the token that opened it") {
    Deployment deployment({"2.15.1", WayIn::configuration, Sealed::yes});
    bus::ConnectionOptions options = deployment.options_of(nats_user);
    options.password = base::Secret::copy_of(base::as_bytes(deployment.token(nats_user, 5s)));
    Client client(std::move(options));
    CHECK(client.happened.wait_for(1) == std::vector<std::string>{"disconnected"});
}

// What would happen to one that came all the same, from a leaf node say, is in the unit tests.
TEST_CASE("Callout: servers let no client put a question, not even one of the callout's account") {
    const std::string version = GENERATE("2.10.27", "2.15.1");
    const Deployment deployment({version, WayIn::configuration, Sealed::no});
    bus::ConnectionOptions options;
    options.servers = {deployment.server.url()};
    options.user = "auth";
    options.password = base::Secret::copy_of(base::as_bytes(support::CalloutTree::service_password));
    bus::Connection forger = bus::connect(std::move(options));
    REQUIRE(forger.publish(std::string(callout_subject), "question"));
    CHECK(forger.flush(5s).error().code == bus::Errc::permission_denied);
}

}  // namespace natscreds::provisioner
