// Credentials that change while a connection lives.
#include <algorithm>
#include <csignal>
#include <map>
#include <optional>
#include <thread>

#include <support/temp_dir.h>
#include <support/trust_tree.h>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/clock.h>
#include <natscreds/base/file.h>
#include <natscreds/base/random.h>
#include <natscreds/nkeys/key_file.h>

#include "bus_bench.h"

namespace natscreds::bus {
namespace {

using support::NatsServer;
using namespace std::chrono_literals;

nkeys::SigningKey copy_of(const nkeys::SigningKey& key) {
    return nkeys::find_seed(key.seed_text()).value();
}

/// A user of a trust tree of its own, with one key and as many JWTs for it as a test needs.
class User {
  public:
    [[nodiscard]] jwt::Credentials living(std::chrono::seconds life) const {
        return tree_.credentials(copy_of(key_), [life](jwt::Draft<jwt::UserClaims>& user) {
            user.expires = base::SystemClock().now() + life;
        });
    }
    /// Allowed to listen to its own inbox only, besides `more`.
    [[nodiscard]] jwt::Credentials with_private_inbox(const std::string& more) const {
        return tree_.credentials(copy_of(key_), [&](jwt::Draft<jwt::UserClaims>& user) {
            user.claims.sub.allow = {"_INBOX_." + user.subject + ".>", more};
        });
    }
    [[nodiscard]] std::string config() const { return tree_.config(); }

  private:
    static nkeys::SigningKey new_key() {
        base::SystemRandom random;
        return nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    }

    support::TrustTree tree_;
    nkeys::SigningKey key_ = new_key();
};

ConnectionOptions as(const NatsServer& server, jwt::Credentials credentials) {
    ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials = std::move(credentials);
    return options;
}

TEST_CASE("Credentials: expired ones are refused again and again, and renewed ones bring everything back") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Seen<std::string> seen;
    Seen<std::error_code> errors;
    Seen<std::string> heard;
    ConnectionEvents events = noted(seen);
    events.error = [&errors](const base::Error& error) { errors.add(error.code); };
    Connection connection = connect(as(server, user.living(2s)), std::move(events));
    const base::Result<Subscription> listening = connection.listen(
        {"news", ""}, [&heard](const Message& message) { heard.add(message.body); }, default_timeout);
    REQUIRE(listening);

    // The first comes with the expiry, the next two make nats.c give up, the others are of our own attempts.
    const std::vector<std::error_code> refused = errors.wait_for(5);
    const base::Status switched = connection.switch_to(user.living(1h));
    const bool back = support::eventually(
        [&] { return connection.publish("news", "back") && connection.flush(default_timeout); });

    REQUIRE(refused.size() >= 5);
    CHECK(refused.back() == Errc::not_authorized);
    CHECK(switched);
    CHECK(back);
    CHECK_FALSE(heard.wait_for(1).empty());
    // Within the second in which they expire a server may let them in once more, so there may be more than two.
    CHECK(seen.wait_for(1).front() == "disconnected");
    CHECK(support::eventually([&] { return seen.wait_for(1).back() == "reconnected"; }));
}

TEST_CASE("Credentials: expired ones are refused at once by open, and it does not crash") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    const base::Result<Connection> connection = Connection::open(as(server, user.living(-1s)));
    REQUIRE_FALSE(connection);
    CHECK(connection.error().code == Errc::not_authorized);
}

// What makes `nats-req --keep-renewed` of use to the programs beside it.
TEST_CASE("Credentials: those that somebody renewed in their file are used when the old ones end") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    const support::TempDir folder;
    const auto file = folder / "my.creds";
    const auto write = [&file](const jwt::Credentials& credentials) {
        REQUIRE(base::write_file(file, credentials.text().expose(), {.existing = base::Existing::replace}));
    };
    write(user.living(2s));
    Seen<std::string> seen;
    ConnectionOptions options = as(server, *jwt::Credentials::load(file));
    options.credentials_file = file;
    Connection connection = connect(std::move(options), noted(seen));

    REQUIRE(seen.wait_for(1).front() == "disconnected");
    write(user.living(1h));

    CHECK(support::eventually([&] { return connection.flush(default_timeout).has_value(); }));
    CHECK(seen.wait_for(2).back() == "reconnected");
    // One that is older is not taken, and one that cannot be read does no harm.
    REQUIRE(base::write_file(file, base::as_bytes("nothing"), {.existing = base::Existing::replace}));
    CHECK(connection.switch_to(user.living(2h)));
    CHECK(connection.flush(default_timeout));
}

TEST_CASE("Credentials: those given while the server is away are the ones that it is asked with next") {
    const User user;
    const auto binary = each_server();
    std::optional<NatsServer> server(std::in_place, binary, support::ServerSetup{.config = user.config()});
    const std::string port = server->url().substr(server->url().rfind(':') + 1);
    Seen<std::string> seen;
    Connection connection = connect(as(*server, user.living(2s)), noted(seen));

    kill(server->pid(), SIGKILL);
    server.reset();
    REQUIRE(seen.wait_for(1) == std::vector<std::string>{"disconnected"});
    const base::Status switched = connection.switch_to(user.living(1h));
    // By now the first ones have expired.
    server.emplace(binary, support::ServerSetup{.config = user.config(), .arguments = {"-p", port}});

    CHECK(switched);
    REQUIRE(seen.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(connection.flush(default_timeout));
}

TEST_CASE(
    "Credentials: they are switched at the server that one is connected to, though others are preferred") {
    const User user;
    const auto binary = each_server();
    std::optional<NatsServer> preferred(std::in_place, binary, support::ServerSetup{.config = user.config()});
    const NatsServer other(binary, {.config = user.config()});
    const std::string port = preferred->url().substr(preferred->url().rfind(':') + 1);
    preferred.reset();
    ConnectionOptions options = as(other, user.living(1h));
    options.servers = {"127.0.0.1:" + port, other.url()};
    Connection connection = connect(std::move(options), {});
    preferred.emplace(binary, support::ServerSetup{.config = user.config(), .arguments = {"-p", port}});

    REQUIRE(connection.switch_to(user.living(2h)));
    CHECK(connection.connected_url().value() == other.url());
}

/// Counts each number that it hears, and whether they came in order.
class Tally {
  public:
    void hear(int number) {
        const std::lock_guard lock(mutex_);
        ++heard_[number];
        in_order_ = in_order_ && number > last_;
        last_ = number;
        changed_.notify_all();
    }
    [[nodiscard]] bool wait_for(int number) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, default_timeout, [&] { return heard_.contains(number); });
    }
    [[nodiscard]] int lost(int all) const { return all - static_cast<int>(heard_.size()); }
    [[nodiscard]] bool doubled() const {
        return std::ranges::any_of(heard_, [](const auto& entry) { return entry.second > 1; });
    }
    [[nodiscard]] bool in_order() const { return in_order_; }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<int, int> heard_;
    int last_ = -1;
    bool in_order_ = true;
};

/// Publishes numbers to "count", up to a thousand a second, until it is told to stop.
class Counting {
  public:
    explicit Counting(Connection connection)
        : connection_(std::move(connection)), thread_([this](const std::stop_token& stop) { run(stop); }) {}

    /// Stops, and says how many there were.
    int all() {
        thread_.request_stop();
        thread_.join();
        REQUIRE(connection_.flush(default_timeout));
        return next_;
    }

  private:
    void run(const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!pace_.wait_for(lock, stop, 1ms, [&stop] { return stop.stop_requested(); }))
            (void)connection_.publish("count", std::to_string(next_++));
    }

    Connection connection_;
    int next_ = 0;
    std::mutex mutex_;
    std::condition_variable_any pace_;
    std::jthread thread_;
};

TEST_CASE("Credentials: switching under way loses no message, doubles none, and keeps their order") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Seen<std::string> seen;
    Connection connection = connect(as(server, user.living(1h)), noted(seen));
    Tally alone;
    Tally in_group;
    const auto into = [](Tally& tally) {
        return [&tally](const Message& message) { tally.hear(std::stoi(message.body)); };
    };
    const base::Result<Subscription> one = connection.listen({"count", ""}, into(alone), default_timeout);
    const base::Result<Subscription> other =
        connection.listen({"count", "group"}, into(in_group), default_timeout);
    REQUIRE(one);
    REQUIRE(other);
    Counting counting(connect(as(server, user.living(1h))));

    constexpr int rounds = 20;
    for (int round = 1; round <= rounds; ++round) {
        REQUIRE(alone.wait_for(round * 20));
        REQUIRE(connection.switch_to(user.living(1h + std::chrono::seconds(round))));
    }
    REQUIRE(alone.wait_for(rounds * 20 + 20));
    const int all = counting.all();

    REQUIRE(alone.wait_for(all - 1));
    REQUIRE(in_group.wait_for(all - 1));
    CHECK(connection.drain(default_timeout));
    CHECK(alone.lost(all) == 0);
    CHECK_FALSE(alone.doubled());
    CHECK(alone.in_order());
    CHECK(in_group.lost(all) == 0);
    CHECK_FALSE(in_group.doubled());
    CHECK(seen.wait_for(1) == std::vector<std::string>{"closed"});
}

TEST_CASE("Credentials: a request that waits while they are switched gets its reply") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Connection connection = connect(as(server, user.living(1h)));
    Connection service = connect(as(server, user.living(1h)));
    Seen<std::string> asked;
    const base::Result<Subscription> answering = service.listen(
        {"ask", ""}, [&asked](const Message& request) { asked.add(request.reply); }, default_timeout);
    REQUIRE(answering);

    base::Result<Message> reply = base::Error{Errc::failed, ""};
    std::jthread asking([&] { reply = connection.request(message_to("ask"), default_timeout); });
    REQUIRE(asked.wait_for(1).size() == 1);
    base::Status switched = base::Error{Errc::failed, ""};
    std::jthread switching([&] { switched = connection.switch_to(user.living(2h)); });
    const base::Result<Message> second = [&] {
        std::jthread answer_both([&] {
            for (const std::string& to : asked.wait_for(2))
                (void)service.publish(to, "answer");
        });
        return connection.request(message_to("ask"), default_timeout);
    }();
    asking.join();
    switching.join();

    CHECK(switched);
    REQUIRE(reply);
    CHECK(reply->body == "answer");
    CHECK(second);
}

TEST_CASE("Credentials: a connection without any cannot switch to some") {
    const User user;
    const NatsServer server(support::nats_servers().back(), {});
    ConnectionOptions options;
    options.servers = {server.url()};
    Connection connection = connect(std::move(options));
    CHECK(connection.switch_to(user.living(1h)).error().code == Errc::bad_option);
}

TEST_CASE("Credentials: whose inbox is private receives replies there, of services and of JetStream") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Connection connection = connect(as(server, user.with_private_inbox("ask")));
    const base::Result<Subscription> answering = connection.listen(
        {"ask", ""},
        [&connection](const Message& request) { (void)connection.publish(request.reply, request.reply); },
        default_timeout);
    REQUIRE(answering);
    const base::Result<Message> reply = connection.request(message_to("ask"), default_timeout);
    REQUIRE(reply);
    CHECK_THAT(reply->body, Catch::Matchers::StartsWith("_INBOX_.U"));
}

TEST_CASE("Subscription: confirmed means heard, and a refusal is told to the one that it concerns") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Connection connection = connect(as(server, user.with_private_inbox("open.>")));
    const MessageHandler ignore = [](const Message&) {};
    CHECK(connection.listen({"closed", ""}, ignore, default_timeout).error().code == Errc::permission_denied);
    CHECK(connection.listen({"open.door", ""}, ignore, default_timeout));
    CHECK(connection.flush(default_timeout));
}

TEST_CASE("Subscription: several workers handle the messages of a group at the same time, each once") {
    const User user;
    const NatsServer server(each_server(), {.config = user.config()});
    Connection connection = connect(as(server, user.living(1h)));
    constexpr int messages = 200;
    std::mutex mutex;
    std::condition_variable changed;
    int running = 0;
    int max_running = 0;
    int handled = 0;
    const auto handle = [&](const Message&) {
        std::unique_lock lock(mutex);
        max_running = std::max(max_running, ++running);
        changed.notify_all();
        // The first waits for company: which it would never have with one worker.
        changed.wait_for(lock, default_timeout, [&] { return max_running >= 2; });
        --running;
        ++handled;
        changed.notify_all();
    };
    const base::Result<Subscription> working =
        connection.listen({.subject = "work", .queue = "group", .workers = 4}, handle, default_timeout);
    REQUIRE(working);
    for (int i = 0; i < messages; ++i)
        REQUIRE(connection.publish("work", ""));

    std::unique_lock lock(mutex);
    CHECK(changed.wait_for(lock, default_timeout, [&] { return handled == messages; }));
    CHECK(max_running >= 2);
    CHECK(max_running <= 4);
    lock.unlock();
    const SubscriptionOptions alone{.subject = "work", .queue = "", .workers = 2};
    CHECK(connection.subscribe(alone, handle).error().code == Errc::bad_option);
}

}  // namespace
}  // namespace natscreds::bus
