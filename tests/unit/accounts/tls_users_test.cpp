#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/tls_users.h>
#include <support/programs.h>
#include <support/temp_dir.h>

using namespace natscreds;
using namespace natscreds::accounts;

TEST_CASE("tls_users_config: the operator's users.json becomes an authorization block, name for name") {
    const std::string users = support::read_text(support::source_root() + "/conf/tls/users.json");
    REQUIRE(tls_users_config(users, std::chrono::seconds(5)).value() ==
            "# Users by certificate; include this beside tls { ... verify_and_map: true }.\n"
            "authorization {\n"
            "  timeout: 5\n"
            "  # of the users listed without any; who is not listed is refused\n"
            "  default_permissions: { publish: [\"SANDBOX.*\"], subscribe: [\"PUBLIC.>\"] }\n"
            "  users: [\n"
            "    { user: \"CN=nats.io,OU=ACME\" }\n"
            "    { user: \"CN=nats.io,OU=CNCF\", permissions: { publish: [\"hello.*\"], subscribe: "
            "[\"hello.world\"] } }\n"
            "  ]\n"
            "}\n");
}

TEST_CASE("tls_users_config: what is denied, one subject without a list, and quotation marks are kept") {
    const auto config = tls_users_config(
        R"({"users": [{"username": "CN=a \"b\",O=c\\, d", "permissions":
            {"publish": {"allow": ["x.>"], "deny": "x.y"}, "subscribe": {"deny": [">"]}}}]})");
    REQUIRE(config.value().find(
                R"({ user: "CN=a \"b\",O=c\\, d", permissions: )"
                R"({ publish: { allow: ["x.>"], deny: ["x.y"] }, subscribe: { deny: [">"] } } })") !=
            std::string::npos);
}

TEST_CASE("tls_users_config: what servers would misread is refused, and where it stands is told") {
    const auto [users, complaint] = GENERATE(table<std::string, std::string>({
        {"{", "users.json: this is not JSON"},
        {"[]", "users.json: this is not an object"},
        {R"({"users": []})", "users: this is not a list of users"},
        {R"({"users": [{"username": "CN=a"}], "default_permision": {}})",
         "users.json: there is no field \"default_permision\" here"},
        {R"({"users": [{"username": "CN=a"}, {"user": "CN=b"}]})",
         "users[1]: there is no field \"user\" here"},
        {R"({"users": [7]})", "users[0]: this is not an object"},
        {R"({"users": [{"username": ""}]})", "users[0]: a user without a name"},
        {R"({"users": [{"permissions": {"publish": "a"}}]})", "users[0]: a user without \"username\""},
        {R"({"users": [{"username": "/CN=a/OU=b"}]})", "users[0]: write the DN as CN=nats.io,OU=ACME"},
        {R"({"users": [{"username": "a\nb"}]})", "users[0]: a control character"},
        {R"({"users": [{"username": "CN=a", "password": "x"}]})", "users[0]: a certificate takes the place"},
        {R"({"users": [{"username": "CN=a"}, {"username": "CN=a"}]})", "users[1]: \"CN=a\" is listed twice"},
        {R"({"users": [{"username": "CN=a", "permissions": {}}]})",
         "users[0].permissions: neither \"publish\" nor \"subscribe\""},
        {R"({"users": [{"username": "CN=a", "permissions": {"publish": []}}]})",
         "users[0].permissions.publish: servers take an empty list for all subjects"},
        {R"({"users": [{"username": "CN=a", "permissions": {"publish": {"deny": ["a..b"]}}}]})",
         "users[0].permissions.publish.deny: \"a..b\" is not a subject"},
        {R"({"users": [{"username": "CN=a"}], "default_permissions": {"subscribe": 1}})",
         "default_permissions.subscribe: this is not a list of subjects"},
    }));
    const auto config = tls_users_config(users);
    CAPTURE(users);
    REQUIRE_FALSE(config);
    CHECK(config.error().code == Errc::bad_tls_users);
    CAPTURE(config.error().detail);
    CHECK(config.error().detail.find(complaint) == 0);
}
