#include <atomic>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <set>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/access/request.h>
#include <natscreds/bus/connection.h>
#include <natscreds/nkeys/key_file.h>
#include <support/connect_anybody.h>
#include <support/issuing_service.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using access::Reason;
using Catch::Matchers::ContainsSubstring;
using support::command;
using support::IssuingService;
using support::NatsServer;
using support::Outcome;
using support::Process;
using namespace std::chrono_literals;

/// A service whose replies are all lost.
class SilentService {
  public:
    SilentService(const support::TrustTree& tree, const std::string& url)
        : connection_(support::connect_anybody(tree, url)) {
        for (const std::string subject : {"chat.req.access", "chat.req.access.*"})
            subscriptions_.push_back(connection_
                                         .listen(
                                             {.subject = subject, .queue = {}},
                                             [this](const bus::Message& message) { hear(message); }, 5000ms)
                                         .value());
    }
    ~SilentService() { connection_.close(); }
    SilentService(const SilentService&) = delete;
    SilentService& operator=(const SilentService&) = delete;

    std::size_t asked() const { return asked_; }
    std::set<std::string> keys() {
        const std::lock_guard lock(mutex_);
        return keys_;
    }

  private:
    void hear(const bus::Message& message) {
        const base::SystemClock clock;
        const auto request =
            access::parse_request(message.body, {.audience = "chat.req.access", .now = clock.now()});
        const std::lock_guard lock(mutex_);
        if (request && *request) keys_.insert((*request)->key.text());
        ++asked_;
    }

    std::mutex mutex_;
    std::set<std::string> keys_;
    std::atomic<std::size_t> asked_ = 0;
    bus::Connection connection_;
    std::vector<bus::Subscription> subscriptions_;
};

struct Scene {
    support::TrustTree tree;
    NatsServer server{support::nats_servers().back(), {.config = tree.config()}};
    std::filesystem::path file = tree.folder() / "my.creds";
    std::filesystem::path pending = tree.folder() / "my.creds.pending";

    support::Command asking(const std::string& name = "wallyqs", const std::string& timeout = "5s") const {
        return command("nats-req", {"-s", server.url(), "--creds", tree.requester_creds(), "--timeout",
                                    timeout, "--access", name, "-o", file.string()});
    }
    /// Leaves a key behind that has no answer.
    std::string lose_a_reply() {
        SilentService silent(tree, server.url());
        REQUIRE(support::run(asking("wallyqs", "200ms")).exit_code == 4);
        REQUIRE(silent.keys().size() == 1);
        return *silent.keys().begin();
    }
    std::string granted_key() const { return jwt::Credentials::load(file).value().key().public_key().text(); }
};

constexpr auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

}  // namespace

TEST_CASE("nats-req --access: while no reply comes it asks again with the same key, and keeps that") {
    const Scene scene;
    SilentService silent(scene.tree, scene.server.url());
    const Outcome lost = support::run(scene.asking("wallyqs", "200ms"));
    CHECK(lost.exit_code == 4);
    CHECK_THAT(lost.err, ContainsSubstring("hint: ") && ContainsSubstring("my.creds.pending"));
    CHECK(silent.asked() == 3);
    CHECK(silent.keys().size() == 1);
    CHECK_FALSE(std::filesystem::exists(scene.file));
    REQUIRE(std::filesystem::exists(scene.pending));
    CHECK((std::filesystem::status(scene.pending).permissions() & std::filesystem::perms::mask) ==
          owner_only);
}

TEST_CASE("nats-req --access: the next call asks with the key that has no answer, and then it is gone") {
    Scene scene;
    const std::string key = scene.lose_a_reply();
    const IssuingService service({.server = scene.server.url(), .tree = scene.tree, .life = 60s});
    CHECK(support::run(scene.asking()).exit_code == 0);
    CHECK(scene.granted_key() == key);
    CHECK_FALSE(std::filesystem::exists(scene.pending));
}

TEST_CASE("nats-req --access: one that is killed while it waits loses no key") {
    const Scene scene;
    std::string key;
    {
        SilentService silent(scene.tree, scene.server.url());
        Process waiting(scene.asking("wallyqs", "60s"));
        REQUIRE(support::eventually([&] { return silent.asked() == 1; }));
        waiting.signal(SIGKILL);
        (void)waiting.wait();
        key = *silent.keys().begin();
    }
    const IssuingService service({.server = scene.server.url(), .tree = scene.tree, .life = 60s});
    CHECK(support::run(scene.asking()).exit_code == 0);
    CHECK(scene.granted_key() == key);
}

TEST_CASE("nats-req --access: a final refusal ends a key that has no answer, any other keeps it") {
    const auto [reason, kept] = GENERATE(table<Reason, bool>({{Reason::name_taken, false},
                                                              {Reason::denied, false},
                                                              {Reason::unknown_role, false},
                                                              {Reason::busy, true},
                                                              {Reason::ledger_unavailable, true},
                                                              {Reason::stale, true},
                                                              {Reason::rate_limited, true}}));
    Scene scene;
    (void)scene.lose_a_reply();
    IssuingService service({.server = scene.server.url(), .tree = scene.tree, .life = 60s});
    service.refuse_with(access::Refusal{.error = {reason, "no"}});
    CHECK(support::run(scene.asking()).exit_code != 0);
    CHECK(std::filesystem::exists(scene.pending) == kept);
}

TEST_CASE("nats-req --access: a key that waits for another name is not thrown away") {
    Scene scene;
    const std::string key = scene.lose_a_reply();
    const IssuingService service({.server = scene.server.url(), .tree = scene.tree, .life = 60s});
    const Outcome other = support::run(scene.asking("derek"));
    CHECK(other.exit_code != 0);
    CHECK_THAT(other.err, ContainsSubstring("another name"));
    CHECK(support::run(scene.asking()).exit_code == 0);
    CHECK(scene.granted_key() == key);
}

TEST_CASE("nats-req --access: where nobody is asked no key is left behind") {
    const Scene scene;
    CHECK(support::run(scene.asking()).exit_code == 3);
    CHECK_FALSE(std::filesystem::exists(scene.pending));
}

}  // namespace natscreds
