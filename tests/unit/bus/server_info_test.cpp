#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/server_info.h>

using namespace natscreds;

TEST_CASE("ServerInfo: what a server says about itself is read") {
    const auto info = bus::parse_server_info(
        R"(INFO {"server_id":"NA","server_name":"west-1","cluster":"us-west","tls_required":true,"port":4222} )"
        "\r");
    REQUIRE(info);
    CHECK(info->id == "NA");
    CHECK(info->name == "west-1");
    CHECK(info->cluster == "us-west");
    CHECK(info->tls_required);
}

TEST_CASE("ServerInfo: what is missing or of another kind is empty") {
    const auto info = bus::parse_server_info(R"(INFO {"server_name":7,"tls_required":"yes"})");
    REQUIRE(info);
    CHECK(info->name.empty());
    CHECK(info->cluster.empty());
    CHECK_FALSE(info->tls_required);
}

TEST_CASE("ServerInfo: what is no INFO is refused") {
    CHECK(bus::parse_server_info("-ERR 'no'").error().code == bus::Errc::failed);
    CHECK(bus::parse_server_info("INFO []").error().code == bus::Errc::failed);
    CHECK(bus::parse_server_info("INFO {").error().code == bus::Errc::failed);
    CHECK(bus::parse_server_info("").error().code == bus::Errc::failed);
}

TEST_CASE("ServerInfo: where no server is, none can be read") {
    // Port 1 of this machine: nobody listens there, and the system says so at once.
    CHECK(bus::read_server_info("nats://127.0.0.1:1", bus::Timeout(1000)).error().code ==
          bus::Errc::cannot_connect);
    CHECK(bus::read_server_info("nats://[::1]:1", bus::Timeout(1000)).error().code ==
          bus::Errc::cannot_connect);
}
