// Whatever the service waits for on the network has an end, also where the other side says something all the time.
#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/pause.h>
#include <natscreds/bus/connection.h>
#include <natscreds/bus/server_info.h>
#include <natscreds/provisioner/identity/errc.h>
#include <natscreds/provisioner/identity/https_web.h>
#include <natscreds/provisioner/kubernetes/api_server.h>
#include <natscreds/provisioner/kubernetes/api_server_web.h>
#include <natscreds/provisioner/kubernetes/review_verifier.h>
#include <natscreds/provisioner/observation/http_server.h>
#include <support/bare_server.h>
#include <support/black_hole.h>
#include <support/eventually.h>
#include <support/fake_intervals.h>
#include <support/fakes.h>
#include <support/https_server.h>
#include <support/process.h>
#include <support/silent_names.h>

using namespace natscreds;
using namespace natscreds::provisioner::kubernetes;
using namespace std::chrono_literals;
using provisioner::identity::Errc;
using provisioner::identity::HttpsWeb;
using support::HttpsCall;
using support::HttpsReply;

namespace {

constexpr auto whole = 300ms;
/// Far from the whole time, for a busy machine, and farther from what the other limits are here.
constexpr auto late = 10s;
constexpr auto default_timeout = 60s;
constexpr auto drop_interval = 20ms;

/// Whether there is to be one more drop, after the pause before it.
bool one_more(const std::stop_token& stop) {
    return base::pause(stop, drop_interval);
}

/// A server over TLS whose answers come drop by drop, a space each, and have no end while it is there.
class DripServer {
  public:
    ~DripServer() { over_.request_stop(); }

    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] ApiServerAccess access() const {
        return {.url = url(), .ca = certificates_.file("ca.pem"), .timeout = default_timeout, .whole = whole};
    }
    [[nodiscard]] std::filesystem::path ca() const { return certificates_.file("ca.pem"); }

  private:
    std::optional<std::string> drop() {
        return one_more(over_.get_token()) ? std::optional<std::string>(" ") : std::nullopt;
    }

    support::Certificates certificates_;
    std::stop_source over_;
    support::HttpsServer server_{certificates_, [this](const HttpsCall&) {
                                     return HttpsReply{.next_line = [this] { return drop(); }};
                                 }};
};

std::chrono::milliseconds time_of(const std::function<void()>& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun);
}

/// Says a letter to whoever came last, again and again.
std::jthread drip(support::BareServer& server, const std::string& letter) {
    return std::jthread([&server, letter](const std::stop_token& stop) {
        while (one_more(stop))
            server.say_to_newest(letter);
    });
}

bus::ConnectionOptions options_for(const support::BareServer& server) {
    bus::ConnectionOptions options;
    options.servers = {server.address()};
    options.timeout = whole;
    return options;
}

}  // namespace

TEST_CASE("Deadlines: an answer of the API server that comes drop by drop is over when the whole time is") {
    const DripServer server;
    const auto api = ApiServer::create(server.access());
    std::error_code failed;
    const auto taken = time_of([&] { failed = api->get("/p").error().code; });
    CHECK(failed == Errc::unreachable);
    CHECK(taken >= whole);
    CHECK(taken < late);
}

TEST_CASE("Deadlines: a watch that brings no whole line is over, however often it says something") {
    const DripServer server;
    const auto api = ApiServer::create(server.access());
    std::error_code failed;
    const auto taken = time_of([&] {
        failed = api->watch({.path = "/w", .on_line = [](std::string_view) {}, .silence_timeout = 1s}, {})
                     .error()
                     .code;
    });
    CHECK(failed == Errc::unreachable);
    CHECK(taken >= 1s);
    CHECK(taken < late);
}

TEST_CASE(
    "Deadlines: a server that takes no connection or shakes no hand holds nobody longer than the whole "
    "time") {
    for (const auto hole : {support::Hole::takes_no_connection, support::Hole::says_nothing}) {
        const support::BlackHole server(hole);
        const auto api = ApiServer::create(
            {.url = "https://" + server.address(), .timeout = default_timeout, .whole = whole});
        std::error_code failed;
        CHECK(time_of([&] { failed = api->get("/p").error().code; }) < late);
        CHECK(failed == Errc::unreachable);
    }
}

TEST_CASE("Deadlines: a TokenReview and a key set that come drop by drop hold up no proof for longer") {
    const DripServer server;
    support::FakeClock clock;
    support::FakeIntervals intervals;
    ReviewVerifier reviews(ApiServer::create(server.access()).value(),
                           {.issuer = "https://127.0.0.1:26443", .audience = "nats"}, {clock, intervals});
    std::error_code failed;
    CHECK(time_of([&] { failed = reviews.check().error().code; }) < late);
    CHECK(failed == Errc::unreachable);
    const ApiServerWeb own(ApiServer::create(server.access()).value());
    CHECK(time_of([&] { failed = own.read("https://10.0.0.1/openid/v1/jwks").error().code; }) < late);
    CHECK(failed == Errc::unreachable);
    const HttpsWeb everybodys(server.ca(), whole);
    CHECK(time_of([&] { failed = everybodys.read(server.url() + "/jwks").error().code; }) < late);
    CHECK(failed == Errc::unreachable);
}

TEST_CASE("Deadlines: a NATS server whose first words come drop by drop is no server when the time is over") {
    support::BareServer server;
    server.say_nothing_to_others();
    const auto dripping = drip(server, "I");
    bool open = true;
    CHECK(time_of([&] { open = bus::Connection::open(options_for(server)).has_value(); }) < late);
    CHECK_FALSE(open);
}

TEST_CASE("Deadlines: a request and a flush are over in time, whatever else a NATS server says meanwhile") {
    support::BareServer server;
    server.fall_silent();
    auto connection = bus::Connection::open(options_for(server));
    REQUIRE(connection);
    const auto dripping = drip(server, "+OK\r\n");
    bus::Message question;
    question.subject = "a";
    bool answered = true;
    bool flushed = true;
    CHECK(time_of([&] { answered = connection->request(question, whole).has_value(); }) < late);
    CHECK(time_of([&] { flushed = connection->flush(whole).has_value(); }) < late);
    CHECK_FALSE(answered);
    CHECK_FALSE(flushed);
}

namespace {

/// A number for each that goes on when name servers are silent, or looks as if it had found something.
int waits_for_name_servers() {
    const std::string host = "no-such-host.example";
    bus::ConnectionOptions options;
    options.servers = {host};
    options.timeout = whole;
    const auto held_up = [](const std::function<bool()>& work) {
        bool done = true;
        return time_of([&] { done = work(); }) >= late || done;
    };
    const auto api =
        ApiServer::create({.url = "https://" + host, .timeout = default_timeout, .whole = whole});
    const HttpsWeb web({}, whole);
    if (held_up([&] { return api->get("/p").has_value(); })) return 1;
    if (held_up([&] { return web.read("https://" + host + "/jwks").has_value(); })) return 2;
    if (held_up([&] { return bus::Connection::open(std::move(options)).has_value(); })) return 3;
    if (held_up([&] { return bus::read_server_info(host, whole).has_value(); })) return 4;
    if (held_up([&] { return provisioner::HttpServer::start(host + ":0", {}).has_value(); })) return 5;
    return 0;
}

}  // namespace

TEST_CASE("Deadlines: name servers that say nothing hold up no proof, no connection and no start") {
    constexpr int not_allowed = 99;
    const auto outcome = support::run_in_child(
        [] { return support::silence_name_servers() ? waits_for_name_servers() : not_allowed; });
    if (outcome.exit_code == not_allowed) SKIP("no namespaces of one's own are allowed here");
    CHECK(outcome.exit_code == 0);
}
