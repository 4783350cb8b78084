#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/url.h>

using namespace natscreds;
using accounts::Errc;

TEST_CASE("Service URL: where a client can connect is accepted") {
    const std::string url = GENERATE("nats://localhost:4222", "tls://a.b", "ws://h:80", "wss://h:443/");
    REQUIRE(accounts::check_service_url(url));
}

TEST_CASE("Service URL: another scheme, a user, a path or no host is refused") {
    const std::string url = GENERATE("", "localhost:4222", "http://h", "nats://", "nats://u:secret@h",
                                     "nats://h/x", "nats://h x");
    CAPTURE(url);
    const base::Status checked = accounts::check_service_url(url);
    REQUIRE(checked.error().code == Errc::bad_url);
    REQUIRE(checked.error().message().find("secret") == std::string::npos);
}

TEST_CASE("Account server URL: any scheme is accepted, none is refused") {
    REQUIRE(accounts::check_account_server_url("https://api.example.com/jwt/v1"));
    REQUIRE(accounts::check_account_server_url("nats://localhost:4222"));
    REQUIRE(accounts::check_account_server_url("localhost:4222").error().code == Errc::bad_url);
    REQUIRE(accounts::check_account_server_url("https:///jwt").error().code == Errc::bad_url);
}
