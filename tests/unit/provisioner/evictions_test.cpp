#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/callout/evictions.h>

using namespace natscreds::provisioner;
using namespace std::chrono_literals;

TEST_CASE("Evictions: a server's connections are read with the time that they have lasted") {
    const auto listed =
        parse_connections(R"({"data":{"server_id":"NA","now":"2024-03-01T00:00:01.5Z","connections":[
        {"cid":7,"authorized_user":"nats-user","start":"2024-02-29T23:59:59.250000001Z"},
        {"cid":8,"authorized_user":"nats-user","start":"2024-03-01T00:00:01Z"}]}})");
    REQUIRE(listed);
    CHECK(listed->server == "NA");
    REQUIRE(listed->connections.size() == 2);
    CHECK(listed->connections[0].id == 7);
    CHECK(listed->connections[0].user == "nats-user");
    CHECK(listed->connections[0].age == 2249999999ns);
    CHECK(listed->connections[1].age == 500ms);
}

TEST_CASE("Evictions: a connection whose age cannot be read is as old as can be") {
    for (const char* start :
         {"", "2024-02-29 23:59:59", "2024-02-29T23:59:59+01:00", "yesterday", "-024-02-29T23:59:59Z"}) {
        CAPTURE(start);
        const auto listed = parse_connections(
            R"({"data":{"server_id":"NA","now":"2024-03-01T00:00:01Z","connections":[{"cid":7,"start":")" +
            std::string(start) + R"("}]}})");
        REQUIRE(listed);
        CHECK(listed->connections.at(0).age == std::chrono::nanoseconds::max());
    }
}

TEST_CASE("Evictions: a list that is as long as it was asked for is not taken for all of it") {
    const auto listed = [](const std::string& fields) {
        return parse_connections(R"({"data":{"server_id":"NA",)" + fields +
                                 R"("connections":[{"cid":7},{"cid":8}]}})")
            .value();
    };
    CHECK(listed(R"("offset":4,"limit":2,)").full);
    CHECK(listed(R"("offset":4,"limit":2,)").offset == 4);
    CHECK_FALSE(listed(R"("limit":3,)").full);
    CHECK_FALSE(listed("").full);
    CHECK_FALSE(listed(R"("limit":-2,"offset":-1,)").full);
}

TEST_CASE("Evictions: what is not a list of connections is refused, and one without any is empty") {
    for (const char* text : {"", "[]", "{}", R"({"data":[]})", R"({"data":{"connections":[]}})"})
        CHECK_FALSE(parse_connections(text));
    CHECK(parse_connections(R"({"data":{"server_id":"NA"}})")->connections.empty());
    CHECK(parse_connections(R"({"data":{"server_id":"NA","connections":[1,{}]}})")->connections.size() == 1);
}

TEST_CASE("Evictions: a callout's client is known by its name and by a key that has signed for it") {
    const auto by_callout = [](const std::string& fields) {
        return parse_connections(R"({"data":{"server_id":"NA","connections":[{"cid":7,)" + fields + "}]}}")
            ->connections.at(0)
            .let_in_by_callout();
    };
    CHECK(by_callout(R"("authorized_user":"ann","issuer_key":"APP")"));
    CHECK_FALSE(by_callout(R"("authorized_user":"ann")"));
    CHECK_FALSE(by_callout(R"("authorized_user":"UBTAO7RF","issuer_key":"APP")"));
    CHECK_FALSE(by_callout(R"("authorized_user":"","issuer_key":"APP")"));
    CHECK_FALSE(by_callout(R"("issuer_key":"APP")"));
}
