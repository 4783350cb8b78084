// What a stream keeps, read by direct gets: on each release of the server.
#include <nlohmann/json.hpp>

#include <support/temp_dir.h>

#include <natscreds/bus/stored.h>

#include "bus_bench.h"

namespace natscreds::bus {
namespace {

using namespace std::chrono_literals;
using support::NatsServer;

constexpr Timeout answer_timeout = 5000ms;

class Streams {
  public:
    explicit Streams(const support::ServerBinary& binary)
        : server_(binary, {.config = "jetstream { store_dir: \"" + folder_.path().string() + "\" }"}) {}

    [[nodiscard]] Connection connect_to() const {
        ConnectionOptions options;
        options.servers = {server_.url()};
        return connect(std::move(options));
    }

  private:
    support::TempDir folder_;
    NatsServer server_;
};

StreamConfig posts(std::int64_t for_subject = -1) {
    return {.name = "CHAT", .subjects = {"posts.*"}, .max_age = 24h, .max_for_subject = for_subject};
}

void publish(Connection& connection, const std::string& subject, int from, int to) {
    for (int i = from; i <= to; ++i) {
        Message message = message_to(subject);
        message.body = std::to_string(i);
        // A flush does not tell that the stream has it: the server stores it later.
        const base::Result<Message> stored = connection.request(message, answer_timeout);
        REQUIRE(stored);
        REQUIRE(nlohmann::json::parse(stored->body).contains("seq"));
    }
}

std::vector<std::string> bodies(const StoredPage& page) {
    std::vector<std::string> all;
    for (const Stored& stored : page.messages)
        all.push_back(stored.body);
    return all;
}

StoredPage read(Connection& connection, const StoredQuery& query) {
    base::Result<StoredPage> page = read_stored(connection, query, answer_timeout);
    if (!page) FAIL(page.error().message());
    return *std::move(page);
}

TEST_CASE("read_stored: a subject's messages come in order, so many as are asked for, and the end is told") {
    const Streams streams(each_server());
    Connection connection = streams.connect_to();
    REQUIRE(make_stream(connection, posts(), answer_timeout).value() == StreamMade::made);
    publish(connection, "posts.a", 1, 5);
    publish(connection, "posts.b", 6, 7);
    publish(connection, "posts.a", 8, 9);

    const StoredPage first = read(connection, {.stream = "CHAT", .subject = "posts.a", .most = 3});
    CHECK(bodies(first) == std::vector<std::string>{"1", "2", "3"});
    CHECK_FALSE(first.at_end);
    CHECK(first.messages.front().subject == "posts.a");
    CHECK(first.messages.front().sequence == 1);
    const auto age = std::chrono::system_clock::now() - first.messages.front().at;
    CHECK(std::chrono::abs(age) < 60s);

    const StoredPage rest = read(connection, {.stream = "CHAT", .subject = "posts.a", .from = 4});
    CHECK(bodies(rest) == std::vector<std::string>{"4", "5", "8", "9"});
    CHECK(rest.at_end);
    CHECK(bodies(read(connection, {.stream = "CHAT", .subject = "posts.*", .from = 6, .most = 2})) ==
          std::vector<std::string>{"6", "7"});

    const StoredPage none = read(connection, {.stream = "CHAT", .subject = "posts.a", .from = 100});
    CHECK(none.messages.empty());
    CHECK(none.at_end);
    CHECK(read(connection, {.stream = "CHAT", .subject = "posts.nobody"}).messages.empty());
}

TEST_CASE("last_stored: the newest of a subject, or none") {
    const Streams streams(each_server());
    Connection connection = streams.connect_to();
    REQUIRE(make_stream(connection, posts(), answer_timeout));
    CHECK_FALSE(last_stored(connection, "CHAT", "posts.a", answer_timeout).value());
    publish(connection, "posts.a", 1, 3);
    CHECK(last_stored(connection, "CHAT", "posts.a", answer_timeout).value()->body == "3");
}

TEST_CASE(
    "read_stored: without JetStream nobody answers, and without the stream neither; 2.9 then is silent") {
    const support::ServerBinary binary = each_server();
    const NatsServer server(binary, {});
    ConnectionOptions options;
    options.servers = {server.url()};
    Connection without = connect(std::move(options));
    const StoredQuery query{.stream = "CHAT", .subject = "posts.a"};
    CHECK(read_stored(without, query, answer_timeout).error().code == Errc::no_responders);

    const Streams streams(binary);
    Connection connection = streams.connect_to();
    CHECK(read_stored(connection, query, 1000ms).error().code ==
          (binary.version.starts_with("2.9.") ? Errc::timeout : Errc::no_responders));
}

TEST_CASE(
    "make_stream: it keeps so many of each subject, can be given other limits, and never loses its messages "
    "by purge") {
    const Streams streams(each_server());
    Connection connection = streams.connect_to();
    REQUIRE(make_stream(connection, posts(3), answer_timeout).value() == StreamMade::made);
    publish(connection, "posts.a", 1, 5);
    CHECK(bodies(read(connection, {.stream = "CHAT", .subject = "posts.a"})) ==
          std::vector<std::string>{"3", "4", "5"});
    CHECK(make_stream(connection, posts(2), answer_timeout).value() == StreamMade::changed);
    CHECK(bodies(read(connection, {.stream = "CHAT", .subject = "posts.a"})) ==
          std::vector<std::string>{"4", "5"});

    const auto purged = connection.request(message_to("$JS.API.STREAM.PURGE.CHAT"), answer_timeout);
    REQUIRE(purged);
    CHECK(nlohmann::json::parse(purged->body).contains("error"));
    CHECK(make_stream(connection, {.name = "a.b", .subjects = {"x"}}, answer_timeout).error().code ==
          Errc::bad_option);
}

}  // namespace
}  // namespace natscreds::bus
