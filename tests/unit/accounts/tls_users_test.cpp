#include <chrono>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/servers/tls_users.h>
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

TEST_CASE(
    "tls_users_config: a DN with an attribute that servers drop can match no certificate, and is refused") {
    const auto [name, type] = GENERATE(table<std::string, std::string>({
        {"emailAddress=user@example.com,CN=localhost,C=US", "emailAddress"},
        {"CN=a, E=user@example.com", "E"},
        {"emailAddress=user@example.com", "emailAddress"},
        {"CN=a,OU=b+UID=c", "UID"},
        {"title=t,CN=a", "title"},
        {"2.5.4.3=a", "2.5.4.3"},
    }));
    CAPTURE(name);
    const auto config = tls_users_config(R"({"users": [{"username": ")" + name + R"("}]})");
    REQUIRE_FALSE(config);
    CHECK(config.error().detail.find("users[0]: servers drop " + type + " from a certificate's DN") == 0);
}

TEST_CASE("tls_users_config: what servers cannot read as a DN is refused, and any name of a SAN is taken") {
    const auto with = [](const std::string& name) {
        return tls_users_config(R"({"users": [{"username": ")" + name + R"("}]})");
    };
    const std::string unreadable = GENERATE("CN=a,b", "CN=#0401", "CN=a,=b", "CN=a\\\\zz", "CN=");
    CAPTURE(unreadable);
    REQUIRE_FALSE(with(unreadable));
    CHECK(with(unreadable).error().detail == "users[0]: this is not a DN that servers can read");
    const std::string name =
        GENERATE("user@example.com", "a=b@example.com", "example.com", "spiffe://a/b=c,d", "CN=a,DC=b+O=c",
                 "CN=svc,O=Acme\\\\, Inc.,C=US", "cn=\\\\D0\\\\94,serialNumber=1", "CN=a@b,ou= c");
    CAPTURE(name);
    CHECK(with(name));
}

TEST_CASE("tls_users_config: two names that servers cannot tell apart are one name twice") {
    const auto both = [](const std::string& first, const std::string& second) {
        return tls_users_config(R"({"users": [{"username": ")" + first + R"("}, {"username": ")" + second +
                                R"("}]})");
    };
    const std::string second = GENERATE("OU=ACME,CN=nats.io", "cn=nats.io,ou=ACME", "CN=nats.io, OU=ACME",
                                        "ou = ACME ,CN=nats.io,", "CN=nats.i\\\\6f,OU=ACME");
    CAPTURE(second);
    REQUIRE_FALSE(both("CN=nats.io,OU=ACME", second));
    CHECK(both("CN=nats.io,OU=ACME", second).error().detail.find("is listed twice: servers take it for") !=
          std::string::npos);
    const std::string other = GENERATE("OU=ACME,CN=Nats.io", "CN=nats.io", "CN=nats.io+OU=ACME",
                                       "CN=nats.io,OU=ACME,OU=ACME", "CN=nats.io,DC=a,OU=ACME");
    CAPTURE(other);
    CHECK(both("CN=nats.io,OU=ACME", other));
    CHECK_FALSE(both("DC=a+O=b,CN=c", "CN=c,O=b+DC=a"));
}
