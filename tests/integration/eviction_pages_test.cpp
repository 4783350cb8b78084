// A user with more connections than a server lists at once.
#include <atomic>
#include <functional>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <natscreds/provisioner/callout/evictions.h>
#include <support/eventually.h>
#include <support/nats_server.h>

using namespace natscreds;

namespace {

constexpr const char* config = R"(
accounts {
  SYS { users: [{user: sys, password: x}] }
  APP { users: [{user: wally, password: x}, {user: other, password: x}] }
}
system_account: SYS
)";

bus::Connection connect(const support::NatsServer& server, const std::string& user,
                        std::function<void()> disconnected = {}) {
    bus::ConnectionEvents events;
    events.disconnected = std::move(disconnected);
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.user = user;
    options.password = base::Secret::copy_of(base::as_bytes("x"));
    return bus::Connection::open(std::move(options), std::move(events)).value();
}

std::vector<support::ServerBinary> servers_that_kick() {
    std::vector<support::ServerBinary> servers = support::nats_servers();
    std::erase_if(servers, [](const auto& server) { return server.version.starts_with("2.9."); });
    return servers;
}

}  // namespace

TEST_CASE("Evictions: all connections of a user are ended, however few of them a server lists at once") {
    const support::ServerBinary binary = GENERATE(from_range(servers_that_kick()));
    CAPTURE(binary);
    const support::NatsServer server(binary, {.config = config});
    constexpr int many = 7;
    std::atomic<int> ended = 0;
    std::atomic<int> others_ended = 0;
    std::vector<bus::Connection> clients;
    for (int i = 0; i < many; ++i)
        clients.push_back(connect(server, "wally", [&] { ++ended; }));
    const auto other = connect(server, "other", [&] { ++others_ended; });
    bus::Connection system = connect(server, "sys");
    provisioner::Evictions evictions(
        {.system = system, .account = "APP", .tell = [](const std::string&) {}, .page_size = 2});
    REQUIRE(evictions.start());

    evictions.end("wally");

    CHECK(support::eventually([&] { return ended == many; }));
    CHECK(others_ended == 0);
}

TEST_CASE("Evictions: nobody who stands in a server's configuration is taken for one that a callout let in") {
    const support::ServerBinary binary = GENERATE(from_range(servers_that_kick()));
    CAPTURE(binary);
    const support::NatsServer server(binary, {.config = config});
    const auto wally = connect(server, "wally");
    bus::Connection system = connect(server, "sys");
    bus::Message question;
    question.subject = "$SYS.REQ.SERVER.PING.CONNZ";
    question.body = R"({"auth":true,"acc":"APP"})";
    const auto answer = system.request(question, support::default_timeout);
    REQUIRE(answer);
    const auto listed = provisioner::parse_connections(answer->body);
    REQUIRE(listed);
    REQUIRE(listed->connections.size() == 1);
    CHECK(listed->connections[0].user == "wally");
    CHECK_FALSE(listed->connections[0].let_in_by_callout());
}
