#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/host_lookup.h>
#include <support/eventually.h>

using namespace natscreds::base;
using namespace std::chrono_literals;

namespace {

/// Name servers that answer when they are told to, and not before.
struct SlowServers {
    void answer() {
        const std::lock_guard lock(mutex);
        answering = true;
        told.notify_all();
    }
    Result<Addresses> look_up() {
        std::unique_lock lock(mutex);
        told.wait(lock, [this] { return answering; });
        ++answers;
        return Addresses{"192.0.2.1"};
    }

    std::mutex mutex;
    std::condition_variable told;
    bool answering = false;
    std::atomic<int> answers = 0;
};

}  // namespace

TEST_CASE("Hosts: name servers that do not answer hold nobody longer than the limit, and may answer later") {
    const auto servers = std::make_shared<SlowServers>();
    const HostLookup slow = [servers](const std::string&) { return servers->look_up(); };
    const auto begun = std::chrono::steady_clock::now();
    const auto found = look_up_host("api.example", 100ms, slow);
    const auto taken = std::chrono::steady_clock::now() - begun;
    REQUIRE_FALSE(found);
    CHECK(found.error().code == HostErrc::no_answer);
    CHECK(found.error().message() == "api.example: the name servers do not answer");
    CHECK(taken >= 100ms);
    CHECK(taken < 10s);
    servers->answer();
    CHECK(natscreds::support::eventually([&] { return servers->answers == 1; }));
    CHECK(look_up_host("api.example", 10s, slow).value() == Addresses{"192.0.2.1"});
}

TEST_CASE("Hosts: a number is its own address, and nobody is asked for it") {
    const HostLookup nobody = [](const std::string& host) -> Result<Addresses> {
        return Error{HostErrc::unknown, host};
    };
    CHECK(look_up_host("127.0.0.1", 0ms, nobody).value() == Addresses{"127.0.0.1"});
    CHECK(look_up_host("::1", 0ms, nobody).value() == Addresses{"::1"});
    CHECK(look_up_host("api.example", 10s, nobody).error().code == HostErrc::unknown);
    CHECK(look_up_host("localhost", 10s));
}

TEST_CASE("Hosts: the host in a URL is found with and without all that may stand around it") {
    CHECK(host_in("api.example") == "api.example");
    CHECK(host_in("api.example:4222") == "api.example");
    CHECK(host_in("nats://me:s3cret@api.example:4222") == "api.example");
    CHECK(host_in("https://api.example/keys?a=b") == "api.example");
    CHECK(host_in("tls://[::1]:4222") == "::1");
    CHECK(host_in("[fe80::1]") == "fe80::1");
    CHECK(host_in("[").empty());
    CHECK(host_in("").empty());
}
