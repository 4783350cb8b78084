// What becomes of a link and its listeners in whatever order the client library calls back.
#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <nats/nats.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/errc.h>
#include <support/eventually.h>

#include "../../../bus/link.h"
#include "../../../bus/wire_message.h"

namespace natscreds::bus {
namespace {

using namespace std::chrono_literals;
using support::default_timeout;
using support::eventually;
using Words = std::vector<std::string>;

constexpr int refused_status = NATS_NOT_PERMITTED;

/// A library that calls back when the test says so. Thread: any.
class FakeLibrary final : public ClientLibrary {
  public:
    struct Subscription {
        SubscriptionOptions interest;
        SubscriptionObserver* observer = nullptr;
        std::atomic<bool> unsubscribed = false;
        std::atomic<bool> draining = false;
    };

    // What happens within the library's calls.
    std::function<void(Subscription&)> on_subscribe = [](Subscription&) {};
    std::function<void()> on_close = [] {};
    std::function<void(const Message&)> on_publish = [](const Message&) {};
    std::atomic<bool> completes = true;
    std::atomic<bool> is_connected = true;
    std::atomic<int> flush_status = NATS_OK;

    [[nodiscard]] ConnectionObserver& connection() const { return *observer_.load(); }
    [[nodiscard]] Subscription& subscription(std::size_t number) {
        const std::lock_guard lock(mutex_);
        return *subscriptions_.at(number);
    }
    [[nodiscard]] std::size_t subscriptions() const {
        const std::lock_guard lock(mutex_);
        return subscriptions_.size();
    }
    [[nodiscard]] bool destroyed() const { return destroyed_; }
    /// All subscriptions of a connection that is closed end, and then the connection does.
    void end_all() {
        for (std::size_t i = 0; i < subscriptions(); ++i)
            subscription(i).observer->on_complete();
        connection().on_closed();
    }
    static void hand_over(Subscription& to, const std::string& subject, const std::string& body) {
        natsMsg* message = nullptr;
        (void)natsMsg_Create(&message, subject.c_str(), nullptr, body.data(), static_cast<int>(body.size()));
        to.observer->on_message(message);
    }

    int connect(ClientConnection*& made, ClientOptions&, ConnectionObserver& observer) override {
        observer_ = &observer;
        made = reinterpret_cast<ClientConnection*>(this);
        return NATS_OK;
    }
    void close(ClientConnection&) noexcept override {
        is_connected = false;
        if (!closed_.exchange(true)) on_close();
    }
    void destroy(ClientConnection*) noexcept override { destroyed_ = true; }
    bool connected(ClientConnection&) override { return is_connected; }
    base::Result<std::string> url(ClientConnection&) override { return std::string("nats://fake:4222"); }
    int flush(ClientConnection&, Timeout) override { return flush_status; }
    bool was_refused(ClientConnection&) override { return false; }
    base::Status publish(ClientConnection&, const Message& message) override {
        on_publish(message);
        return {};
    }
    base::Status publish(ClientConnection&, const std::string& subject, std::string_view body) override {
        Message message;
        message.subject = subject;
        message.body = body;
        on_publish(message);
        return {};
    }
    int subscribe(ClientSubscription*& made, ClientConnection&, const SubscriptionOptions& interest,
                  SubscriptionObserver& observer) override {
        Subscription* subscription = nullptr;
        {
            const std::lock_guard lock(mutex_);
            subscription = subscriptions_.emplace_back(std::make_unique<Subscription>()).get();
        }
        subscription->interest = interest;
        subscription->observer = &observer;
        made = reinterpret_cast<ClientSubscription*>(subscription);
        on_subscribe(*subscription);
        return NATS_OK;
    }
    bool complete(ClientSubscription&, SubscriptionObserver&) override { return completes; }
    void drain(ClientSubscription& subscription, Timeout) noexcept override {
        of(subscription).draining = true;
    }
    void unsubscribe(ClientSubscription& subscription) noexcept override {
        of(subscription).unsubscribed = true;
    }
    void destroy(ClientSubscription*) noexcept override {}
    std::uint64_t arrived(ClientSubscription&) override { return 0; }
    std::size_t waiting(ClientSubscription&) override { return 0; }

  private:
    static Subscription& of(ClientSubscription& subscription) {
        return reinterpret_cast<Subscription&>(subscription);
    }

    std::atomic<ConnectionObserver*> observer_ = nullptr;
    std::atomic<bool> closed_ = false;
    std::atomic<bool> destroyed_ = false;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<Subscription>> subscriptions_;
};

/// What was told or heard, in order. Thread: any.
class Log {
  public:
    void add(const std::string& word) {
        const std::lock_guard lock(mutex_);
        words_.push_back(word);
    }
    [[nodiscard]] Words words() const {
        const std::lock_guard lock(mutex_);
        return words_;
    }

  private:
    mutable std::mutex mutex_;
    Words words_;
};

struct Bench {
    Bench() {
        options.servers = {"fake"};
        link = Link::open({.options = options,
                           .identity = std::make_shared<LoginIdentity>(options),
                           .link = {.inbox_prefix = "_INBOX"},
                           .events = {.disconnected = [this] { told.add("disconnected"); },
                                      .reconnected = [this] { told.add("reconnected"); },
                                      .closed = [this] { told.add("closed"); },
                                      .error = [this](const base::Error&) { told.add("error"); }},
                           .library = library})
                   .value();
    }
    ~Bench() {
        if (link == nullptr) return;
        library.on_close = [this] { library.end_all(); };
        link->close();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    [[nodiscard]] base::Result<std::shared_ptr<Listener>> listen() {
        return listen({.message = [this](ClientMessage& message) { heard.add(received(message).body); },
                       .ended = [this] { heard.add("(ended)"); }});
    }
    [[nodiscard]] base::Result<std::shared_ptr<Listener>> listen(ListenerHandlers handlers) {
        return link->listen({.subject = "news", .queue = ""}, std::move(handlers));
    }

    FakeLibrary library;
    ConnectionOptions options;
    Log told;
    Log heard;
    std::shared_ptr<Link> link;
};

Message to(const std::string& subject) {
    Message message;
    message.subject = subject;
    return message;
}

}  // namespace

// ---- the end of a connection

TEST_CASE("Callbacks: an error is told before the end, and none behind it") {
    Bench bench;
    bench.library.connection().on_error(NATS_SLOW_CONSUMER, "", "news");
    bench.library.on_close = [&] {
        bench.library.connection().on_error(NATS_SLOW_CONSUMER, "", "news");
        bench.library.end_all();
    };
    bench.link->close();
    bench.library.connection().on_error(NATS_DRAINING, "", "news");
    bench.library.connection().on_error(refused_status, R"(Permissions Violation for Publish to "news")", "");
    CHECK(bench.told.words() == Words{"error", "error", "closed"});
}

TEST_CASE(
    "Callbacks: losing the connection because we end it is not told, nor that it comes back meanwhile") {
    Bench bench;
    bench.library.on_close = [&] {
        bench.library.connection().on_disconnected();
        bench.library.connection().on_reconnected();
        bench.library.end_all();
    };
    bench.link->close();
    CHECK(bench.told.words() == Words{"closed"});
    CHECK(bench.link->losses() == 0);
}

TEST_CASE(
    "Callbacks: requests that wait when the connection ends fail, by us and by the server in other words") {
    const bool by_us = GENERATE(true, false);
    Bench bench;
    std::latch sent{1};
    bench.library.on_publish = [&](const Message&) { sent.count_down(); };
    base::Status asked;
    std::jthread asking([&] {
        asked = bench.link->request(to("work"), {.timeout = default_timeout}, [](const Message&) {});
    });
    sent.wait();
    bench.library.on_close = [&] { bench.library.end_all(); };
    if (by_us) bench.link->close();
    if (!by_us) bench.library.end_all();
    asking.join();
    CHECK(asked.error().code == (by_us ? Errc::closed : Errc::disconnected));
    // Its closing comes from the library here, so there is no other.
    if (!by_us) bench.link.reset();
}

TEST_CASE("Callbacks: a link that nobody holds any more ends in the library's last call, not before") {
    Bench bench;
    const std::weak_ptr<Link> link = bench.link;
    bench.link.reset();
    CHECK_FALSE(link.expired());
    CHECK_FALSE(bench.library.destroyed());
    bench.library.connection().on_error(NATS_SLOW_CONSUMER, "", "news");
    std::jthread([&] { bench.library.end_all(); }).join();
    CHECK(link.expired());
    CHECK(bench.library.destroyed());
    CHECK(bench.told.words() == Words{"error", "closed"});
}

TEST_CASE("Callbacks: close() waits for the library's last call and for the listeners' ends, in any order") {
    const bool listeners_first = GENERATE(true, false);
    Bench bench;
    const auto listener = bench.listen();
    REQUIRE(listener);
    std::jthread library;
    std::latch asked{1};
    bench.library.on_close = [&] { asked.count_down(); };
    std::atomic<bool> closed = false;
    std::jthread closing([&] {
        bench.link->close();
        closed = true;
    });
    asked.wait();
    CHECK_FALSE(closed);
    if (listeners_first) bench.library.subscription(0).observer->on_complete();
    if (!listeners_first) bench.library.connection().on_closed();
    CHECK_FALSE(closed);
    if (listeners_first) bench.library.connection().on_closed();
    if (!listeners_first) bench.library.subscription(0).observer->on_complete();
    closing.join();
    CHECK(bench.heard.words() == Words{"(ended)"});
    bench.link.reset();
}

// ---- listeners

TEST_CASE("Callbacks: a message that comes while a listener starts is handled once it has started") {
    Bench bench;
    std::jthread library;
    bench.library.on_subscribe = [&](FakeLibrary::Subscription& subscription) {
        std::latch began{1};
        library = std::jthread([&] {
            began.count_down();
            FakeLibrary::hand_over(subscription, "news", "early");
        });
        began.wait();
    };
    REQUIRE(bench.listen());
    library.join();
    CHECK(bench.heard.words() == Words{"early"});
}

TEST_CASE("Callbacks: a message that comes while a listener starts in vain is not handled") {
    Bench bench;
    std::jthread library;
    bench.library.completes = false;
    bench.library.on_subscribe = [&](FakeLibrary::Subscription& subscription) {
        library = std::jthread([&] { FakeLibrary::hand_over(subscription, "news", "early"); });
    };
    CHECK(bench.listen().error().code == Errc::disconnected);
    library.join();
    CHECK(bench.heard.words().empty());
    CHECK(bench.library.subscription(0).unsubscribed);
    // Nobody says when the library is done with it; here that is now.
    bench.library.subscription(0).observer->on_complete();
    bench.library.on_close = [&] { bench.library.connection().on_closed(); };
    bench.link->close();
    bench.link.reset();
}

TEST_CASE("Callbacks: stop() waits for the handler that runs, and none runs after it") {
    Bench bench;
    std::latch began{1};
    std::latch go_on{1};
    std::atomic<int> handled = 0;
    const auto listener = bench.listen({.message =
                                            [&](ClientMessage&) {
                                                began.count_down();
                                                go_on.wait();
                                                ++handled;
                                            },
                                        .ended = [&] { handled += 100; }});
    REQUIRE(listener);
    FakeLibrary::Subscription& subscription = bench.library.subscription(0);
    std::jthread library([&] { FakeLibrary::hand_over(subscription, "news", "one"); });
    began.wait();
    std::atomic<bool> stopped = false;
    std::jthread stopping([&] {
        (*listener)->stop();
        stopped = true;
    });
    REQUIRE(eventually([&] { return subscription.unsubscribed.load(); }));
    CHECK_FALSE(stopped);
    go_on.count_down();
    stopping.join();
    library.join();
    FakeLibrary::hand_over(subscription, "news", "two");
    subscription.observer->on_message(nullptr);
    CHECK(handled == 1);
}

TEST_CASE("Callbacks: a listener that nobody holds any more lives until the library's last call") {
    Bench bench;
    auto listener = bench.listen();
    REQUIRE(listener);
    const std::weak_ptr<Listener> life = *listener;
    listener->reset();
    FakeLibrary::hand_over(bench.library.subscription(0), "news", "one");
    CHECK_FALSE(life.expired());
    bench.library.subscription(0).observer->on_complete();
    CHECK(life.expired());
    CHECK(bench.heard.words() == Words{"one", "(ended)"});
    bench.library.on_close = [&] { bench.library.connection().on_closed(); };
    bench.link->close();
    bench.link.reset();
}

// ---- draining

TEST_CASE(
    "Callbacks: a drain ends when its listeners have, and a connection that comes back meanwhile is not told "
    "of") {
    Bench bench;
    const auto listener = bench.listen();
    REQUIRE(listener);
    bench.library.on_close = [&] { bench.library.connection().on_closed(); };
    base::Status drained;
    std::jthread draining([&] { drained = bench.link->drain(default_timeout); });
    REQUIRE(eventually([&] { return bench.library.subscription(0).draining.load(); }));
    bench.library.connection().on_disconnected();
    bench.library.connection().on_reconnected();
    FakeLibrary::hand_over(bench.library.subscription(0), "news", "last");
    bench.library.subscription(0).observer->on_complete();
    draining.join();
    CHECK(drained);
    CHECK(bench.heard.words() == Words{"last", "(ended)"});
    CHECK(bench.told.words() == Words{"closed"});
    bench.link.reset();
}

TEST_CASE(
    "Callbacks: a drain whose last call does not come is in time, and what comes later finds all there") {
    Bench bench;
    const auto listener = bench.listen();
    REQUIRE(listener);
    CHECK(bench.link->drain(Timeout(20)).error().code == Errc::timeout);
    CHECK(bench.told.words().empty());
    FakeLibrary::hand_over(bench.library.subscription(0), "news", "late");
    const std::weak_ptr<Link> life = bench.link;
    bench.link.reset();
    CHECK_FALSE(life.expired());
    bench.library.end_all();
    CHECK(life.expired());
    CHECK(bench.heard.words() == Words{"late", "(ended)"});
    CHECK(bench.told.words() == Words{"closed"});
}

TEST_CASE("Callbacks: a drain of a lost connection says so, and ends it") {
    Bench bench;
    bench.library.connection().on_disconnected();
    bench.library.is_connected = false;
    bench.library.on_close = [&] { bench.library.end_all(); };
    CHECK(bench.link->drain(default_timeout).error().code == Errc::disconnected);
    CHECK(bench.told.words() == Words{"disconnected", "closed"});
    bench.link.reset();
}

TEST_CASE("Callbacks: drained and closed by two at once, it ends once, and both wait for it") {
    Bench bench;
    const auto listener = bench.listen();
    REQUIRE(listener);
    bench.library.on_close = [&] { bench.library.end_all(); };
    std::jthread draining([&] { (void)bench.link->drain(default_timeout); });
    REQUIRE(eventually([&] { return bench.library.subscription(0).draining.load(); }));
    bench.link->close();
    draining.join();
    CHECK(bench.heard.words() == Words{"(ended)"});
    CHECK(bench.told.words() == Words{"closed"});
    bench.link.reset();
}

// ---- requests

TEST_CASE(
    "Callbacks: a reply that comes before its request was sent to the end, and one that comes too late") {
    Bench bench;
    std::string inbox;
    bench.library.on_publish = [&](const Message& request) {
        inbox = request.reply;
        FakeLibrary::hand_over(bench.library.subscription(0), inbox, "early");
    };
    const base::Status asked = bench.link->request(
        to("work"), {.timeout = default_timeout}, [&](const Message& reply) { bench.heard.add(reply.body); });
    FakeLibrary::hand_over(bench.library.subscription(0), inbox, "late");
    CHECK(asked);
    CHECK(bench.heard.words() == Words{"early"});
}

TEST_CASE("Callbacks: of two first requests at once each is answered, and one inbox stays") {
    Bench bench;
    std::latch both{2};
    bench.library.on_subscribe = [&](FakeLibrary::Subscription&) { both.arrive_and_wait(); };
    bench.library.on_publish = [&](const Message& request) {
        for (std::size_t i = 0; i < bench.library.subscriptions(); ++i) {
            FakeLibrary::Subscription& inbox = bench.library.subscription(i);
            if (!inbox.unsubscribed) FakeLibrary::hand_over(inbox, request.reply, "yes");
        }
    };
    std::vector<base::Status> asked(2);
    {
        std::vector<std::jthread> asking;
        for (base::Status& outcome : asked)
            asking.emplace_back([&] {
                outcome =
                    bench.link->request(to("work"), {.timeout = default_timeout}, [](const Message&) {});
            });
    }
    CHECK(asked[0]);
    CHECK(asked[1]);
    CHECK(bench.library.subscriptions() == 2);
    CHECK(bench.library.subscription(0).unsubscribed != bench.library.subscription(1).unsubscribed);
}

TEST_CASE(
    "Callbacks: a refusal of the inbox ends requests that wait, and a connection that comes back forgets "
    "it") {
    Bench bench;
    std::latch sent{1};
    bench.library.on_publish = [&](const Message&) { sent.count_down(); };
    base::Status asked;
    std::jthread asking([&] {
        asked = bench.link->request(to("work"), {.timeout = default_timeout}, [](const Message&) {});
    });
    sent.wait();
    const std::string inbox = bench.library.subscription(0).interest.subject;
    bench.library.connection().on_error(refused_status,
                                        "Permissions Violation for Subscription to \"" + inbox + "\"", "");
    asking.join();
    CHECK(asked.error().code == Errc::permission_denied);
    bench.library.on_publish = [](const Message&) {};
    const auto again = [&] {
        return bench.link->request(to("work"), {.timeout = Timeout(1)}, [](const Message&) {}).error().code;
    };
    CHECK(again() == Errc::permission_denied);
    bench.library.connection().on_reconnected();
    CHECK(again() == Errc::timeout);
}

}  // namespace natscreds::bus
