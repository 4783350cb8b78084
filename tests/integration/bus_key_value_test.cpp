#include <algorithm>
#include <atomic>
#include <csignal>
#include <map>
#include <optional>
#include <thread>

#include <nlohmann/json.hpp>

#include <support/temp_dir.h>

#include <natscreds/bus/key_value.h>

#include "bus_bench.h"

namespace natscreds::bus {
namespace {

using support::NatsServer;

/// A server with JetStream, that keeps what it stores when it is killed.
class Store {
  public:
    explicit Store(const support::ServerBinary& binary) : binary_(binary) { start({}); }

    [[nodiscard]] Connection connect_to(ConnectionEvents events = {}) const {
        ConnectionOptions options;
        options.servers = {server_->url()};
        return connect(std::move(options), std::move(events));
    }
    void kill_it() {
        port_ = server_->url().substr(server_->url().rfind(':') + 1);
        kill(server_->pid(), SIGKILL);
        server_.reset();
    }
    void start_again() { start({"-p", port_}); }

  private:
    void start(std::vector<std::string> arguments) {
        const std::string config = "jetstream { store_dir: \"" + folder_.path().string() + "\" }";
        server_.emplace(binary_, support::ServerSetup{.config = config, .arguments = std::move(arguments)});
    }

    support::ServerBinary binary_;
    support::TempDir folder_;
    std::string port_;
    std::optional<NatsServer> server_;
};

std::unique_ptr<KeyValue> names_in(Connection& connection) {
    base::Result<std::unique_ptr<KeyValue>> bucket = create_bucket(connection, {.name = "names"});
    if (!bucket) FAIL(bucket.error().message());
    return *std::move(bucket);
}

std::string value_of(KeyValue& bucket, const std::string& key) {
    const auto entry = bucket.get(key);
    REQUIRE(entry);
    return *entry ? (*entry)->value : "(nothing)";
}

TEST_CASE("KeyValue: what is created is there, once; what is changed must be the newest") {
    const Store store(each_server());
    Connection connection = store.connect_to();
    const auto names = names_in(connection);

    CHECK(value_of(*names, "alice") == "(nothing)");
    CHECK(names->keys().value().empty());
    const base::Result<Revision> created = names->create("alice", "one");
    REQUIRE(created);
    CHECK(names->create("alice", "two").error().code == Errc::key_exists);
    CHECK(value_of(*names, "alice") == "one");

    const base::Result<Revision> updated = names->update("alice", "two", *created);
    REQUIRE(updated);
    CHECK(names->update("alice", "three", *created).error().code == Errc::wrong_revision);
    CHECK(names->update("bob", "x", 77).error().code == Errc::wrong_revision);
    CHECK(names->get("alice").value()->revision == *updated);
    CHECK(value_of(*names, "alice") == "two");

    CHECK(names->put("bob", std::string("\0with zero", 10)));
    CHECK(value_of(*names, "bob") == std::string("\0with zero", 10));
    std::vector<std::string> keys = names->keys().value();
    std::ranges::sort(keys);
    CHECK(keys == std::vector<std::string>{"alice", "bob"});

    CHECK(names->erase("alice"));
    CHECK(names->erase("nobody"));
    CHECK(value_of(*names, "alice") == "(nothing)");
    CHECK(names->create("alice", "again"));
    CHECK(value_of(*names, "alice") == "again");
}

TEST_CASE("KeyValue: a key is forgotten without a trace, unless it has been changed since") {
    const Store store(each_server());
    Connection connection = store.connect_to();
    const auto names = names_in(connection);
    const Revision first = names->create("alice", "one").value();
    const Revision second = names->update("alice", "two", first).value();
    const Revision other = names->create("bob", "x").value();

    CHECK(names->forget("alice", first));
    CHECK(value_of(*names, "alice") == "two");
    CHECK(names->forget("alice", second));
    CHECK(names->forget("alice", second));
    CHECK(names->keys().value() == std::vector<std::string>{"bob"});
    CHECK(names->get("bob").value()->revision == other);

    CHECK(names->update("alice", "three", second).error().code == Errc::wrong_revision);
    CHECK(names->create("alice", "three"));
    CHECK(names->forget("alice", second));
    CHECK(value_of(*names, "alice") == "three");
}

TEST_CASE("KeyValue: a bucket that is there is opened as it is, and one that is not is missed") {
    const Store store(each_server());
    Connection connection = store.connect_to();
    CHECK(open_bucket(connection, "names").error().code == Errc::no_bucket);
    const auto names = names_in(connection);
    REQUIRE(names->put("alice", "one"));
    const auto again = create_bucket(connection, {.name = "names", .storage = BucketStorage::memory});
    REQUIRE(again);
    CHECK(value_of(**again, "alice") == "one");
    CHECK(value_of(**open_bucket(connection, "names"), "alice") == "one");
    CHECK(open_bucket(connection, "na.mes").error().code == Errc::bad_option);
    for (const std::string key : {"", ".a", "a.", "a..b", "a b", "a*", ">", "\xc3\xa4"}) {
        CAPTURE(key);
        CHECK(names->get(key).error().code == Errc::bad_key);
        CHECK(names->create(key, "x").error().code == Errc::bad_key);
    }
}

TEST_CASE("KeyValue: a server without JetStream is told apart from a bucket that is missing") {
    const NatsServer server(each_server(), {});
    ConnectionOptions options;
    options.servers = {server.url()};
    Connection connection = connect(std::move(options));
    CHECK(open_bucket(connection, "names").error().code == Errc::no_responders);
}

TEST_CASE("KeyValue: of many who create one key at the same time, on several connections, one succeeds") {
    const Store store(each_server());
    Connection maker = store.connect_to();
    const auto made = names_in(maker);
    constexpr int claimants = 8;
    constexpr int keys = 20;
    std::vector<std::atomic<int>> winners(keys);
    std::atomic<int> beaten = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < claimants; ++i) {
            threads.emplace_back([&, i] {
                Connection connection = store.connect_to();
                const auto names = open_bucket(connection, "names").value();
                for (int key = 0; key < keys; ++key) {
                    const auto claimed = names->create("key" + std::to_string(key), std::to_string(i));
                    if (claimed) ++winners[key];
                    if (!claimed && claimed.error().code == Errc::key_exists) ++beaten;
                }
            });
        }
    }
    CHECK(std::ranges::all_of(winners, [](const std::atomic<int>& count) { return count == 1; }));
    CHECK(beaten == keys * (claimants - 1));
}

/// What a watch tells, as one would keep it.
class Mirror {
  public:
    KeyWatcher watcher() {
        return {.changed =
                    [this](const KeyChange& change) {
                        note([&] {
                            if (change.value) entries_[change.key] = *change.value;
                            if (!change.value) entries_.erase(change.key);
                        });
                    },
                .current = [this] { note([this] { ++current_; }); },
                .cut_off = [this](const base::Error&) { note([this] { ++cut_off_; }); }};
    }
    using Entries = std::map<std::string, std::string>;
    [[nodiscard]] bool becomes(const Entries& entries) {
        return wait([&] { return entries_ == entries; });
    }
    [[nodiscard]] bool is_current(int times) {
        return wait([&] { return current_ == times; });
    }
    [[nodiscard]] bool is_cut_off(int times) {
        return wait([&] { return cut_off_ == times; });
    }

  private:
    void note(const std::function<void()>& what) {
        const std::lock_guard lock(mutex_);
        what();
        changed_.notify_all();
    }
    [[nodiscard]] bool wait(const std::function<bool()>& holds) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, default_timeout, holds);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    Entries entries_;
    int current_ = 0;
    int cut_off_ = 0;
};

TEST_CASE("KeyValue: a watch tells what is there and then each change, also of others") {
    const Store store(each_server());
    Connection connection = store.connect_to();
    Connection others = store.connect_to();
    const auto names = names_in(connection);
    const auto theirs = names_in(others);
    Mirror empty;
    const auto watching_nothing = names->watch(empty.watcher());
    REQUIRE(watching_nothing);
    CHECK(empty.is_current(1));
    REQUIRE(names->put("alice", "one"));
    REQUIRE(names->put("bob", "two"));
    CHECK(empty.becomes({{"alice", "one"}, {"bob", "two"}}));

    Mirror mirror;
    auto watching = names->watch(mirror.watcher());
    REQUIRE(watching);
    CHECK(mirror.is_current(1));
    CHECK(mirror.becomes({{"alice", "one"}, {"bob", "two"}}));
    REQUIRE(theirs->put("alice", "three"));
    REQUIRE(theirs->erase("bob"));
    CHECK(mirror.becomes({{"alice", "three"}}));
    (*watching).reset();
    REQUIRE(theirs->put("carol", "late"));
    CHECK(empty.becomes({{"alice", "three"}, {"carol", "late"}}));
    CHECK(mirror.becomes({{"alice", "three"}}));
}

TEST_CASE("KeyValue: when the server is killed a watch is cut off, and current again when it is back") {
    Store store(each_server());
    Seen<std::string> seen;
    Connection connection = store.connect_to(noted(seen));
    const auto names = names_in(connection);
    REQUIRE(names->put("alice", "one"));
    REQUIRE(names->put("bob", "two"));
    Mirror mirror;
    const auto watching = names->watch(mirror.watcher());
    REQUIRE(watching);
    REQUIRE(mirror.is_current(1));

    store.kill_it();
    CHECK(mirror.is_cut_off(1));
    CHECK(names->put("alice", "lost").error().code == Errc::disconnected);
    store.start_again();
    CHECK(seen.wait_for(2) == std::vector<std::string>{"disconnected", "reconnected"});
    CHECK(mirror.is_current(2));
    CHECK(mirror.becomes({{"alice", "one"}, {"bob", "two"}}));
    REQUIRE(names->erase("bob"));
    CHECK(mirror.becomes({{"alice", "one"}}));
    CHECK(mirror.is_cut_off(1));
}

/// A bucket in which alice is one, and whoever watches it.
struct Watched {
    Watched() {
        REQUIRE(names->put("alice", "one"));
        watching = names->watch(mirror.watcher()).value();
        REQUIRE(mirror.is_current(1));
    }

    const Store store{each_server()};
    Connection connection = store.connect_to();
    const std::unique_ptr<KeyValue> names = names_in(connection);
    Mirror mirror;
    std::unique_ptr<KeyWatch> watching;
};

base::Result<Message> ask(Connection& connection, const std::string& subject) {
    return connection.request({.subject = subject, .reply = {}, .body = {}, .headers = {}}, default_timeout);
}

TEST_CASE("KeyValue: a watch of a bucket that is gone is cut off, and current with the next of its name") {
    Watched bucket;
    REQUIRE(ask(bucket.connection, "$JS.API.STREAM.DELETE.KV_names"));
    CHECK(bucket.mirror.is_cut_off(1));
    const auto again = names_in(bucket.connection);
    REQUIRE(again->put("bob", "two"));
    CHECK(bucket.mirror.is_current(2));
    CHECK(bucket.mirror.becomes({{"alice", "one"}, {"bob", "two"}}));
}

TEST_CASE("KeyValue: a watch that the server tells nothing any more is cut off when something has changed") {
    Watched bucket;
    // As when a cluster loses the server that the watch's consumer is on, and the connection is with another.
    const auto consumers = ask(bucket.connection, "$JS.API.CONSUMER.NAMES.KV_names");
    REQUIRE(consumers);
    const std::string consumer = nlohmann::json::parse(consumers->body).at("consumers").at(0);
    REQUIRE(ask(bucket.connection, "$JS.API.CONSUMER.DELETE.KV_names." + consumer));
    REQUIRE(bucket.names->put("bob", "two"));
    CHECK(bucket.mirror.is_cut_off(1));
    CHECK(bucket.mirror.is_current(2));
    CHECK(bucket.mirror.becomes({{"alice", "one"}, {"bob", "two"}}));
}

TEST_CASE("KeyValue: it may outlive its connection, and is closed then") {
    const Store store(each_server());
    std::optional<Connection> connection = store.connect_to();
    const auto names = names_in(*connection);
    Mirror mirror;
    const auto watching = names->watch(mirror.watcher());
    REQUIRE(mirror.is_current(1));
    connection.reset();
    CHECK(names->get("alice").error().code == Errc::closed);
    CHECK(mirror.is_cut_off(1));
}

}  // namespace
}  // namespace natscreds::bus
