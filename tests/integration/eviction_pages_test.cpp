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
