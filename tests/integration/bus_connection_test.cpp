#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include <support/nats_server.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/server_info.h>
#include <natscreds/nkeys/key_file.h>

#include "bus_bench.h"

namespace natscreds::bus {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::default_timeout;
using support::NatsServer;

/// Three users with the password "secret": `any` may do everything, `narrow` may use open.>, and `deaf` may
/// send anything but listen only to open.>.
constexpr const char* three_users = R"(
authorization { users: [
    {user: any, password: secret}
    {user: narrow, password: secret, permissions: {publish: ["open.>", "_INBOX.>"], subscribe: ["open.>", "_INBOX.>"]}}
    {user: deaf, password: secret, permissions: {publish: ">", subscribe: ["open.>"]}}
] })";

ConnectionOptions as_creds(const NatsServer& server, const std::string& name) {
    ConnectionOptions options;
    options.servers = {server.url()};
    base::Result<jwt::Credentials> credentials =
        jwt::Credentials::load(support::test_data("nsc-store/keys/creds/KO/" + name + ".creds"));
    if (!credentials) FAIL(credentials.error().message());
    options.credentials = *std::move(credentials);
    return options;
}

support::ServerSetup operator_mode() {
    return {.config_file = support::test_data("nsc-store/out/mem-resolver.conf")};
}

ConnectionOptions as_user(const NatsServer& server, const std::string& user) {
    ConnectionOptions options;
    options.servers = {server.url()};
    options.user = user;
    options.password = base::Secret::copy_of(base::as_bytes("secret"));
    return options;
}

/// Answers "pong" to everything on a subject.
Subscription answer(Connection& connection, const std::string& subject) {
    base::Result<Subscription> subscription =
        connection.subscribe({subject, ""}, [&connection](const Message& request) {
            Message reply = message_to(request.reply, "pong");
            reply.headers = {{"B", "2"}, {"A", "1"}, {"A", "3"}};
            (void)connection.publish(reply);
        });
    REQUIRE(subscription);
    REQUIRE(connection.flush(default_timeout));
    return *std::move(subscription);
}

TEST_CASE("Connection: a request is answered, with every header in the reply") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection service = connect(as_user(server, "any"));
    const Subscription answering = answer(service, "open.ping");
    Connection client = connect(as_user(server, "narrow"));

    const base::Result<Message> reply = client.request(message_to("open.ping"), default_timeout);

    REQUIRE(reply);
    CHECK(reply->body == "pong");
    CHECK(reply->headers == std::vector<Header>{{"A", "1"}, {"A", "3"}, {"B", "2"}});
    CHECK(reply->header("B") == "2");
    CHECK(reply->header("C") == std::nullopt);
}

TEST_CASE("Connection: several replies are collected, and fewer at the timeout are enough") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection service = connect(as_user(server, "any"));
    const Subscription one = answer(service, "open.ping");
    const Subscription two = answer(service, "open.ping");
    std::size_t replies = 0;
    const MessageHandler count = [&replies](const Message&) { ++replies; };

    SECTION("as many as asked for") {
        REQUIRE(service.request(message_to("open.ping"), {default_timeout, 2}, count));
        CHECK(replies == 2);
    }
    SECTION("fewer") {
        REQUIRE(service.request(message_to("open.ping"), {Timeout(200), 3}, count));
        CHECK(replies == 2);
    }
}

TEST_CASE("Connection: nobody listening and nobody answering are told apart") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection connection = connect(as_user(server, "any"));
    const base::Result<Subscription> silent = connection.subscribe({"silent", ""}, [](const Message&) {});
    REQUIRE(silent);

    const base::Result<Message> nobody = connection.request(message_to("nobody"), default_timeout);
    const base::Result<Message> late = connection.request(message_to("silent"), Timeout(50));

    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == Errc::no_responders);
    CHECK_THAT(nobody.error().message(), ContainsSubstring("nobody: "));
    REQUIRE_FALSE(late);
    CHECK(late.error().code == Errc::timeout);
}

TEST_CASE("Connection: a request that is not allowed fails at once, and says so") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection connection = connect(as_user(server, "narrow"));

    // A hundred times the default_timeout: only the server's refusal can end this in the time that a test has.
    const base::Result<Message> reply = connection.request(message_to("closed.door"), default_timeout * 100);

    REQUIRE_FALSE(reply);
    CHECK(reply.error().code == Errc::permission_denied);
    CHECK_THAT(reply.error().message(), ContainsSubstring("closed.door"));
}

TEST_CASE("Connection: requests by somebody who may not listen for the reply fail at once, each") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection service = connect(as_user(server, "any"));
    const base::Result<Subscription> silent = service.subscribe({"open.silent", ""}, [](const Message&) {});
    REQUIRE(silent);
    REQUIRE(service.flush(default_timeout));

    // The second request follows the first's refusal closely: many times, so that they meet.
    for (int round = 0; round < 50; ++round) {
        Connection connection = connect(as_user(server, "deaf"));
        for (int number = 0; number < 2; ++number) {
            const base::Result<Message> reply =
                connection.request(message_to("open.silent"), default_timeout);
            REQUIRE_FALSE(reply);
            REQUIRE(reply.error().code == Errc::permission_denied);
            REQUIRE_THAT(reply.error().message(), ContainsSubstring("_INBOX."));
        }
    }
}

TEST_CASE("Connection: flush reports a refused publish and a refused subscription") {
    const NatsServer server(each_server(), {.config = three_users});
    Seen<std::string> errors;
    ConnectionEvents events;
    events.error = [&errors](const base::Error& error) { errors.add(error.message()); };
    Connection connection = connect(as_user(server, "narrow"), std::move(events));

    SECTION("publish") {
        REQUIRE(connection.publish("closed.door", "knock"));
        const base::Status flushed = connection.flush(default_timeout);
        REQUIRE_FALSE(flushed);
        CHECK(flushed.error().code == Errc::permission_denied);
        CHECK_THAT(flushed.error().message(), ContainsSubstring("Publish to \"closed.door\""));
    }
    SECTION("subscription") {
        const base::Result<Subscription> listening =
            connection.subscribe({"closed.>", "group"}, [](const Message&) {});
        REQUIRE(listening);
        const base::Status flushed = connection.flush(default_timeout);
        REQUIRE_FALSE(flushed);
        CHECK(flushed.error().code == Errc::permission_denied);
        CHECK_THAT(flushed.error().message(), ContainsSubstring("Subscription to \"closed.>\""));
    }
    CHECK(connection.flush(default_timeout));
    const std::vector<std::string> seen = errors.wait_for(1);
    REQUIRE(seen.size() == 1);
    CHECK_THAT(seen[0], ContainsSubstring("closed."));
}

TEST_CASE("Connection: what is no subject, or too large, or would break the protocol is refused here") {
    const NatsServer server(each_server(), {.config = std::string(three_users) + "\nmax_payload: 1024"});
    Connection connection = connect(as_user(server, "any"));
    Message split = message_to("fine");
    split.headers = {{"A", "b\r\nC: d"}};

    const std::vector<std::pair<Message, Errc>> bad{
        {message_to(""), Errc::bad_subject},
        {message_to("a b"), Errc::bad_subject},
        {message_to("a.\r\nPUB b 0"), Errc::bad_subject},
        {message_to("a.*"), Errc::bad_subject},
        {message_to("fine", std::string(1025, 'x')), Errc::too_large},
        {split, Errc::bad_option},
    };
    for (const auto& [message, expected] : bad) {
        const base::Status sent = connection.publish(message);
        REQUIRE_FALSE(sent);
        CHECK(sent.error().code == expected);
    }
    CHECK(connection.publish("fine", std::string(1024, 'x')));
    CHECK(connection.subscribe({"a..b", ""}, [](const Message&) {}).error().code == Errc::bad_subject);
}

TEST_CASE("Connection: creds made by nsc are accepted, and their own subject is all they may use") {
    const NatsServer server(each_server(), operator_mode());
    Connection service = connect(as_creds(server, "KUBECON/chat-access"));
    const Subscription answering = answer(service, "chat.req.access");
    Connection client = connect(as_creds(server, "KUBECON/chat-creds-request"));

    const base::Result<Message> reply =
        client.request(message_to("chat.req.access", "example"), default_timeout);
    const base::Result<Message> other = client.request(message_to("chat.req.other"), default_timeout * 100);

    REQUIRE(reply);
    CHECK(reply->body == "pong");
    CHECK(other.error().code == Errc::permission_denied);
}

TEST_CASE("Connection: the server's refusal of creds is told apart from a server that is not there") {
    const auto binary = each_server();
    NatsServer server(binary, operator_mode());

    SECTION("creds of a revoked user") {
        const base::Result<Connection> connection = Connection::open(as_creds(server, "KUBECON/gone"));
        REQUIRE_FALSE(connection);
        CHECK(connection.error().code == Errc::not_authorized);
        CHECK_THAT(connection.error().message(), ContainsSubstring(server.url()));
        CHECK_THAT(connection.error().message(), ContainsSubstring("Authorization Violation"));
    }
    SECTION("no server") {
        ConnectionOptions options = as_creds(server, "KUBECON/chat-access");
        server.stop();
        options.user = "u";
        options.servers = {"nats://name:hidden@" + server.url().substr(7)};
        const base::Result<Connection> connection = Connection::open(std::move(options));
        REQUIRE_FALSE(connection);
        CHECK(connection.error().code == Errc::cannot_connect);
        CHECK_THAT(connection.error().message(), ContainsSubstring("nats://name:***@127.0.0.1:"));
        CHECK_THAT(connection.error().message(), !ContainsSubstring("hidden"));
    }
}

TEST_CASE("Connection: a user that is known by nkey signs the server's nonce") {
    const auto key = nkeys::load_seed(support::test_data("nsc-store/keys/creds/KO/A/test.creds"));
    REQUIRE(key);
    const NatsServer server(
        each_server(), {.config = "authorization { users: [ {nkey: " + key->public_key().text() + "} ] }"});
    ConnectionOptions options;
    options.servers = {server.url()};
    options.nkey = *nkeys::load_seed(support::test_data("nsc-store/keys/creds/KO/A/test.creds"));

    Connection connection = connect(std::move(options));

    CHECK(connection.flush(default_timeout));
}

TEST_CASE("Connection: a server given without scheme is reached, and says who it is") {
    const NatsServer server(each_server(), {.config = three_users});
    ConnectionOptions options = as_user(server, "any");
    options.servers = {server.url().substr(std::string("nats://").size())};
    Connection connection = connect(std::move(options));

    CHECK(connection.connected_url().value() == server.url());
    CHECK(connection.server_id().value().substr(0, 1) == "N");
    CHECK(connection.client_ip().value() == "127.0.0.1");
    const ServerInfo introduced = read_server_info(server.url(), default_timeout).value();
    CHECK(introduced.id == connection.server_id().value());
    CHECK_FALSE(introduced.name.empty());
    CHECK_FALSE(introduced.tls_required);
    CHECK(connection.round_trip_time().value() > std::chrono::nanoseconds(0));
}

TEST_CASE("Connection: options that contradict each other are refused before anything is sent") {
    const auto store = [](const std::string& name) {
        return support::test_data("nsc-store/keys/creds/KO/" + name);
    };
    ConnectionOptions options;
    SECTION("creds and nkey") {
        options.credentials = *jwt::Credentials::load(store("A/test.creds"));
        options.nkey = *nkeys::load_seed(store("A/test.creds"));
    }
    SECTION("no server") {
        options.servers.clear();
    }
    SECTION("a scheme that is not spoken here") {
        options.servers = {"ws://127.0.0.1"};
    }
    SECTION("a certificate without a key") {
        options.tls_cert = "client.pem";
    }
    SECTION("an authority that is not there") {
        options.tls_ca = "/nowhere/ca.pem";
    }
    CHECK(Connection::open(std::move(options)).error().code == Errc::bad_option);
}

TEST_CASE("Connection: draining lets the handler finish what has arrived, and then nothing works any more") {
    const NatsServer server(each_server(), {.config = three_users});
    std::atomic<int> handled = 0;
    std::promise<void> started;
    std::promise<void> go_on;
    Connection connection = connect(as_user(server, "any"));
    const base::Result<Subscription> listening = connection.subscribe({"work", ""}, [&](const Message&) {
        if (handled++ != 0) return;
        started.set_value();
        go_on.get_future().wait();
    });
    REQUIRE(listening);
    for (int i = 0; i < 10; ++i)
        REQUIRE(connection.publish("work", ""));
    REQUIRE(connection.flush(default_timeout));
    started.get_future().wait();

    const std::jthread release([&] { go_on.set_value(); });
    const base::Status drained = connection.drain(default_timeout);

    CHECK(drained);
    CHECK(handled == 10);
    CHECK(connection.publish("work", "").error().code == Errc::closed);
    CHECK(connection.request(message_to("work"), default_timeout).error().code == Errc::closed);
    CHECK(connection.flush(default_timeout).error().code == Errc::closed);
    CHECK(connection.drain(default_timeout).error().code == Errc::closed);
}

TEST_CASE("Connection: closing ends the requests that wait") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection connection = connect(as_user(server, "any"));
    std::promise<void> asked;
    const base::Result<Subscription> silent =
        connection.subscribe({"silent", ""}, [&asked](const Message&) { asked.set_value(); });
    REQUIRE(silent);

    std::future<base::Result<Message>> waiting = std::async(
        std::launch::async, [&] { return connection.request(message_to("silent"), default_timeout * 100); });
    asked.get_future().wait();
    connection.close();

    CHECK(waiting.get().error().code == Errc::closed);
}

TEST_CASE("Connection: it and its subscription may end in any order while messages come in") {
    const NatsServer server(each_server(), {.config = three_users});
    Connection sender = connect(as_user(server, "any"));
    std::optional<Connection> connection = connect(as_user(server, "any"));
    Seen<int> arrived;
    auto gone = std::make_unique<int>(0);
    std::optional<Subscription> subscription =
        connection
            ->subscribe({"flood", ""},
                        [&arrived, alive = gone.get()](const Message&) { arrived.add(++*alive); })
            .value();
    REQUIRE(connection->flush(default_timeout));
    const std::jthread flood([&sender](const std::stop_token& stop) {
        while (!stop.stop_requested())
            (void)sender.publish("flood", "x");
    });
    REQUIRE_FALSE(arrived.wait_for(1).empty());

    SECTION("connection first") {
        connection.reset();
        gone.reset();
        subscription.reset();
    }
    SECTION("subscription first") {
        subscription.reset();
        gone.reset();
        connection.reset();
    }
}

// nats.c closes a connection for good when the server has refused it twice in a row.
TEST_CASE("Connection: a server that no longer accepts the user is asked on, until it does again") {
    NatsServer server(each_server(), {.config = three_users});
    Seen<std::error_code> errors;
    Seen<std::string> seen;
    ConnectionEvents events = noted(seen);
    events.error = [&errors](const base::Error& error) { errors.add(error.code); };
    Connection connection = connect(as_user(server, "any"), std::move(events));
    const Subscription answering = answer(connection, "ping");

    std::ofstream(server.config_file()) << "authorization { users: [ {user: other, password: secret} ] }";
    server.reload();
    const std::vector<std::error_code> refused = errors.wait_for(5);
    const base::Status meanwhile = connection.publish("open.x", "");
    std::ofstream(server.config_file()) << three_users;
    server.reload();

    REQUIRE(refused.size() >= 5);
    CHECK(std::ranges::all_of(refused, [](const auto& code) { return code == Errc::not_authorized; }));
    CHECK((meanwhile || meanwhile.error().code == Errc::disconnected));
    REQUIRE(seen.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(connection.request(message_to("ping"), default_timeout).value().body == "pong");
}

TEST_CASE("Connection: messages that are lost because a handler is slow are reported") {
    const NatsServer server(each_server(), {.config = three_users});
    Seen<base::Error> errors;
    ConnectionEvents events;
    events.error = [&errors](const base::Error& error) { errors.add(error); };
    Connection connection = connect(as_user(server, "any"), std::move(events));
    std::promise<void> go_on;
    std::shared_future<void> released = go_on.get_future().share();
    const base::Result<Subscription> slow =
        connection.subscribe({"flood", ""}, [released](const Message&) { released.wait(); });
    REQUIRE(slow);

    constexpr int more_than_wait = 65'536 + 100;
    for (int i = 0; i < more_than_wait; ++i)
        (void)connection.publish("flood", "");

    const std::vector<base::Error> seen = errors.wait_for(1);
    go_on.set_value();
    REQUIRE_FALSE(seen.empty());
    CHECK(seen.front().code == Errc::slow_consumer);
    CHECK(seen.front().detail == "flood");
}

TEST_CASE(
    "Connection: it comes back by itself after the server, which was killed, did, with its subscriptions") {
    const auto binary = each_server();
    std::optional<NatsServer> server(std::in_place, binary, support::ServerSetup{.config = three_users});
    const std::string port = server->url().substr(server->url().rfind(':') + 1);
    Seen<std::string> seen;
    Connection connection = connect(as_user(*server, "any"), noted(seen));
    const Subscription answering = answer(connection, "ping");

    kill(server->pid(), SIGKILL);
    server.reset();
    REQUIRE(seen.wait_for(1) == std::vector<std::string>{"disconnected"});
    server.emplace(binary, support::ServerSetup{.config = three_users, .arguments = {"-p", port}});

    REQUIRE(seen.wait_for(2).back() == "reconnected");
    CHECK(connection.request(message_to("ping"), default_timeout).value().body == "pong");
    connection.close();
    CHECK(seen.wait_for(3).back() == "closed");
}

// nats.c takes such a signature for none, and the server refuses the connection: one of 256 attempts failed.
TEST_CASE(
    "Connection: good credentials are let in, by the server that is preferred, whatever byte the signature "
    "of the "
    "nonce begins with") {
    const support::ServerSetup setup{.config_file = support::test_data("nsc-store/out/mem-resolver.conf")};
    const NatsServer preferred(support::nats_servers().back(), setup);
    const NatsServer other(support::nats_servers().back(), setup);
    for (int i = 0; i < 1000; ++i) {
        ConnectionOptions options = as_creds(preferred, "A/test");
        options.servers.push_back(other.url());
        const base::Result<Connection> connection = Connection::open(std::move(options));
        INFO((connection ? "" : connection.error().message()));
        REQUIRE(connection);
        REQUIRE(connection->connected_url().value() == preferred.url());
    }
}

}  // namespace
}  // namespace natscreds::bus
