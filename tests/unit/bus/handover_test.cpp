// How one connection of the client library's takes the place of another, in every order that a server can make.
#include <chrono>
#include <latch>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <support/bare_server.h>
#include <support/black_hole.h>
#include <support/eventually.h>
#include <support/fakes.h>
#include <support/occurrences.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

using support::BareServer;
using support::count;
using support::eventually;

jwt::Credentials credentials() {
    support::FixedRandom random;
    const auto account = nkeys::SigningKey::generate(nkeys::Kind::account, random);
    auto user = nkeys::SigningKey::generate(nkeys::Kind::user, random);
    jwt::Draft<jwt::UserClaims> draft;
    draft.subject = user->public_key().text();
    const auto token = jwt::sign(draft, *account, support::FakeClock().now());
    return jwt::Credentials::create(jwt::decode<jwt::UserClaims>(token->text()).value(), *std::move(user))
        .value();
}

Connection connected(const BareServer& server, ConnectionEvents events = {}) {
    ConnectionOptions options;
    options.servers = {server.address()};
    options.credentials = credentials();
    options.timeout = std::chrono::milliseconds(300);
    base::Result<Connection> connection = Connection::open(std::move(options), std::move(events));
    if (!connection) FAIL(connection.error().message());
    return *std::move(connection);
}

/// How often each body was heard.
class Heard {
  public:
    [[nodiscard]] MessageHandler handler() {
        return [this](const Message& message) {
            const std::lock_guard lock(mutex_);
            ++bodies_[message.body];
        };
    }
    [[nodiscard]] int times(const std::string& body) const {
        const std::lock_guard lock(mutex_);
        const auto found = bodies_.find(body);
        return found != bodies_.end() ? found->second : 0;
    }

  private:
    mutable std::mutex mutex_;
    std::map<std::string, int> bodies_;
};

/// "news" is subscription 1 of each connection here.
std::string news(const std::string& body) {
    return "MSG news 1 " + std::to_string(body.size()) + "\r\n" + body + "\r\n";
}

TEST_CASE("Handover: while the new connection's subscriptions are not confirmed the old one is kept") {
    BareServer server;
    Heard heard;
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", GENERATE("", "group")}, heard.handler());
    REQUIRE(connection.flush(support::default_timeout));
    server.fall_silent();

    const base::Status switched = connection.switch_to(credentials());

    CHECK(switched.error().code == Errc::timeout);
    CHECK(count(server.received(), "SUB news") == 2);
    CHECK(eventually([&] { return server.guests() == 1; }));
    server.say_to_all(news("after"));
    CHECK(eventually([&] { return heard.times("after") == 1; }));
}

TEST_CASE("Handover: what comes while a new connection is given up is handled once, in a group and outside") {
    BareServer server;
    Heard alone;
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", ""}, alone.handler());
    REQUIRE(connection.flush(support::default_timeout));
    server.fall_silent();
    base::Status switched;
    std::jthread switching([&] { switched = connection.switch_to(credentials()); });
    REQUIRE(eventually([&] { return count(server.received(), "SUB news") == 2; }));
    server.say_to_all(news("both"));
    switching.join();
    CHECK_FALSE(switched);
    server.say_to_all(news("both"));

    // The same words once more are another message.
    CHECK(eventually([&] { return alone.times("both") == 2; }));
}

TEST_CASE("Handover: a group's message that only the given-up connection was sent is not lost") {
    BareServer server;
    Heard heard;
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", "group"}, heard.handler());
    REQUIRE(connection.flush(support::default_timeout));
    server.fall_silent();
    base::Status switched;
    std::jthread switching([&] { switched = connection.switch_to(credentials()); });
    REQUIRE(eventually([&] { return count(server.received(), "SUB news") == 2; }));
    server.say_to_newest(news("one of us"));
    switching.join();
    CHECK_FALSE(switched);
    CHECK(eventually([&] { return heard.times("one of us") == 1; }));
}

// Under AddressSanitizer: the one that is given up has its end told on a thread of the client library's.
TEST_CASE(
    "Handover: a connection may go at once behind one that it gave up, which tells its end to nobody gone") {
    for (int round = 0; round < 5; ++round) {
        BareServer server;
        Connection connection = connected(server);
        REQUIRE(connection.flush(support::default_timeout));
        server.fall_silent();
        CHECK_FALSE(connection.switch_to(credentials()));
    }
}

TEST_CASE("Handover: the old connection is left only behind the new one's confirmed subscriptions") {
    const BareServer server;
    Heard heard;
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", ""}, heard.handler());
    REQUIRE(connection.flush(support::default_timeout));

    REQUIRE(connection.switch_to(credentials()));

    const std::string received = server.received();
    const std::size_t taken_over = received.rfind("SUB news", received.find("UNSUB"));
    CHECK(count(received.substr(0, received.find("UNSUB")), "SUB news") == 2);
    CHECK(received.find("PING", taken_over) < received.find("UNSUB"));
}

TEST_CASE("Handover: a subscription that is made meanwhile is on the new connection too") {
    BareServer server;
    Heard heard;
    Connection connection = connected(server);
    std::vector<Subscription> made;
    int switches = 0;
    std::jthread switching([&] {
        for (int i = 0; i < 5; ++i)
            switches += connection.switch_to(credentials()) ? 1 : 0;
    });
    for (int i = 0; i < 20; ++i) {
        auto subscription = connection.subscribe({"news", ""}, heard.handler());
        REQUIRE(subscription);
        made.push_back(*std::move(subscription));
    }
    switching.join();
    CHECK(switches == 5);
    REQUIRE(connection.flush(support::default_timeout));
    REQUIRE(eventually([&] { return server.guests() == 1; }));
    for (int sid = 1; sid <= 20; ++sid)
        server.say_to_all("MSG news " + std::to_string(sid) + " 2\r\nhi\r\n");
    CHECK(eventually([&] { return heard.times("hi") == 20; }));
}

/// How long a drain with this limit takes.
std::chrono::milliseconds drain_within(Connection& connection, Timeout limit) {
    const auto begun = std::chrono::steady_clock::now();
    CHECK_FALSE(connection.drain(limit));
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

Connection patient(const std::string& address) {
    ConnectionOptions options;
    options.servers = {address};
    options.credentials = credentials();
    options.timeout = std::chrono::seconds(4);
    base::Result<Connection> connection = Connection::open(std::move(options));
    if (!connection) FAIL(connection.error().message());
    return *std::move(connection);
}

TEST_CASE("Drain: it is in time while another connection is being made, which does not come to an end") {
    BareServer server;
    Connection connection = patient(server.address());
    server.say_nothing_to_others();
    std::jthread switching([&] { (void)connection.switch_to(credentials()); });
    REQUIRE(eventually([&] { return server.guests() == 2; }));
    CHECK(drain_within(connection, Timeout(100)) < std::chrono::seconds(2));
}

TEST_CASE("Drain: it is in time while the lost connection is being made again, with no answer") {
    std::optional<BareServer> server(std::in_place);
    const std::string address = server->address();
    Connection connection = patient(address);
    server.reset();
    const support::BlackHole hole(GENERATE(support::Hole::takes_no_connection, support::Hole::says_nothing),
                                  std::stoi(address.substr(address.find(':') + 1)));
    REQUIRE(eventually([&] { return hole.has_guest(); }));
    CHECK(drain_within(connection, Timeout(100)) < std::chrono::seconds(2));
}

TEST_CASE("Drain: it is in time while a handler does not end, and the handler may end later") {
    BareServer server;
    std::latch began{1};
    std::latch go_on{1};
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", ""}, [&](const Message&) {
        began.count_down();
        go_on.wait();
    });
    REQUIRE(connection.flush(support::default_timeout));
    server.say_to_all(news("one"));
    began.wait();
    CHECK(drain_within(connection, Timeout(100)) < std::chrono::seconds(2));
    go_on.count_down();
}

TEST_CASE("Drain: a subscription's handles what has arrived, and the connection goes on without it") {
    BareServer server;
    Heard heard;
    std::latch go_on{1};
    Connection connection = connected(server);
    auto listening = connection.subscribe({"news", "group"}, [&](const Message& message) {
        go_on.wait();
        heard.handler()(message);
    });
    const auto other = connection.subscribe({"other", ""}, heard.handler());
    REQUIRE(connection.flush(support::default_timeout));
    server.say_to_all(news("one") + news("two"));
    REQUIRE(connection.flush(support::default_timeout));
    const auto soon = [] { return std::chrono::steady_clock::now() + std::chrono::milliseconds(50); };

    listening->drain(support::default_timeout);
    CHECK_FALSE(listening->wait_until_drained(soon()));
    go_on.count_down();

    CHECK(listening->wait_until_drained(std::chrono::steady_clock::now() + support::default_timeout));
    CHECK(heard.times("two") == 1);
    CHECK(server.received().find("UNSUB 1") != std::string::npos);
    REQUIRE(connection.switch_to(credentials()));
    CHECK(count(server.received(), "SUB news") == 1);
    server.say_to_all("MSG other 1 4\r\nmore\r\n");
    CHECK(eventually([&] { return heard.times("more") == 1; }));
}

TEST_CASE("Listener: a message that comes as soon as it is subscribed is handled") {
    BareServer server;
    server.greet_subscribers_with(news("early"));
    Heard heard;
    Connection connection = connected(server);
    const auto listening = connection.subscribe({"news", ""}, heard.handler());
    REQUIRE(listening);
    CHECK(eventually([&] { return heard.times("early") == 1; }));
}

TEST_CASE("Link: a drain that is not in time ends the connection, and nothing is told behind its end") {
    BareServer server;
    std::mutex mutex;
    std::vector<std::string> told;
    const auto note = [&](const std::string& what) {
        const std::lock_guard lock(mutex);
        told.push_back(what);
    };
    ConnectionEvents events;
    events.closed = [&] { note("closed"); };
    events.error = [&](const base::Error& error) { note(error.message()); };
    {
        Connection connection = connected(server, std::move(events));
        const auto listening = connection.subscribe({"news", ""}, [](const Message&) {});
        REQUIRE(connection.flush(support::default_timeout));
        server.fall_silent();
        CHECK(connection.drain(Timeout(50)).error().code == Errc::timeout);
    }
    // Another connection's end comes behind all that the client library still had to tell.
    Connection next = connected(server);
    next.close();
    CHECK(eventually([&] { return server.guests() == 0; }));
    const std::lock_guard lock(mutex);
    CHECK(told == std::vector<std::string>{"closed"});
}

}  // namespace
}  // namespace natscreds::bus
