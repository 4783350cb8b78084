#include <csignal>
#include <fstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <support/nats_server.h>

using namespace natscreds::support;

TEST_CASE("NatsServer: each release present serves, reloads and stops") {
    const ServerBinary binary = GENERATE(from_range(nats_servers()));
    CAPTURE(binary);
    NatsServer server(binary, {.config = "max_payload: 1000\n"});
    CHECK(server.url().starts_with("nats://127.0.0.1:"));
    CHECK(server.log().find(binary.version) != std::string::npos);
    std::ofstream(server.config_file()) << "max_payload: 2000\n";
    CHECK_NOTHROW(server.reload());
    server.stop();
    CHECK(kill(server.pid(), 0) != 0);
}

TEST_CASE("NatsServer: a configuration that it refuses fails the test at once") {
    CHECK_THROWS(NatsServer(nats_servers().front(), {.config = "no_such_key {\n"}));
}

TEST_CASE("NatsServer: releases come oldest first, by number and not by letter") {
    const TempDir folder;
    for (const char* version : {"2.10.7", "2.9.10", "2.10.27"}) {
        const std::string binary = std::string(version) + "/nats-server";
        folder.write(binary, "");
    }
    REQUIRE(setenv("NATSCREDS_NATS_SERVERS", folder.path().c_str(), 1) == 0);
    std::vector<std::string> versions;
    for (const ServerBinary& binary : nats_servers())
        versions.push_back(binary.version);
    unsetenv("NATSCREDS_NATS_SERVERS");
    CHECK(versions == std::vector<std::string>{"2.9.10", "2.10.7", "2.10.27"});
}

TEST_CASE("NatsServer: a machine without any release fails the test and names scripts/setup") {
    const TempDir folder;
    REQUIRE(setenv("NATSCREDS_NATS_SERVERS", folder.path().c_str(), 1) == 0);
    std::string what;
    try {
        (void)nats_servers();
    } catch (const std::exception& error) {
        what = error.what();
    }
    unsetenv("NATSCREDS_NATS_SERVERS");
    CHECK(what.find("run scripts/setup") != std::string::npos);
}
