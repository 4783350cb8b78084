// The client's side of the protocol, over real servers.
#include <algorithm>
#include <thread>

#include <support/fake_store.h>
#include <support/issuing_service.h>

#include <natscreds/access/client.h>
#include <natscreds/access/renewer.h>
#include <natscreds/base/random.h>
#include <natscreds/bus/connection.h>
#include <natscreds/nkeys/key_file.h>

#include "bus_bench.h"

namespace natscreds::access {
namespace {

using bus::Connection;
using bus::Seen;
using support::default_timeout;
using support::IssuingService;
using support::NatsServer;
using namespace std::chrono_literals;

jwt::Credentials parsed(const std::string& file) {
    return jwt::Credentials::load(file).value();
}

bus::ConnectionOptions as(const NatsServer& server, jwt::Credentials credentials) {
    bus::ConnectionOptions options;
    options.servers = {server.url()};
    options.credentials = std::move(credentials);
    return options;
}

jwt::Credentials copy_of(const jwt::Credentials& credentials) {
    return jwt::Credentials::parse(credentials.text()).value();
}

struct Client {
    explicit Client(Connection made) : connection(std::move(made)) {}

    Service service() { return {.requests = connection, .clock = clock, .random = random, .subjects = {}}; }
    Granted granted(const std::optional<nkeys::PublicKey>& requester) {
        base::Result<Answer> answer = request_access(
            service(), {.options = {.name = "wallyqs"}, .requester = requester, .expected_account = {}});
        if (!answer) FAIL(answer.error().message());
        if (const auto* refusal = std::get_if<Refusal>(&*answer)) FAIL(refusal->error.message());
        return std::get<Granted>(*std::move(answer));
    }

    Connection connection;
    base::SystemClock clock;
    base::SystemIntervalClock intervals;
    base::SystemRandom random;
};

TEST_CASE(
    "Client: it asks as whom the server vouches for, and directly where that is not allowed or not served") {
    const support::TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    const jwt::Credentials requester = parsed(tree.requester_creds());
    const nkeys::PublicKey key = requester.key().public_key();
    const auto free_to_ask = [&] {
        return Client(bus::connect(
            as(server, tree.credentials(nkeys::find_seed(requester.key().seed_text()).value(), {}))));
    };

    SECTION("the credentials allow the direct subject only") {
        IssuingService service({.server = server.url(), .tree = tree, .life = 1h});
        Client client(bus::connect(as(server, copy_of(requester))));
        CHECK(client.granted(key).grant.name == "wallyqs");
        CHECK(service.asked(1) == std::vector<std::string>{"chat.req.access"});
    }
    SECTION("nobody serves vouched requests") {
        IssuingService service({.server = server.url(), .tree = tree, .life = 1h});
        Client client = free_to_ask();
        (void)client.granted(key);
        CHECK(service.asked(1) == std::vector<std::string>{"chat.req.access"});
    }
    SECTION("somebody does") {
        IssuingService service(
            {.server = server.url(), .tree = tree, .life = 1h, .vouched = IssuingService::Vouched::yes});
        Client client = free_to_ask();
        (void)client.granted(key);
        CHECK(service.asked(1) == std::vector<std::string>{"chat.req.access." + key.text()});
    }
}

TEST_CASE("Client: what was granted lets its owner in, and is renewed for the same key and name") {
    const support::TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 1h});
    Client requester(bus::connect(as(server, parsed(tree.requester_creds()))));
    const Granted first = requester.granted(std::nullopt);

    Client user(bus::connect(as(server, copy_of(first.credentials))));
    const base::Result<Answer> renewed = request_renewal(user.service(), first.credentials);
    REQUIRE(renewed);
    const auto* const newer = std::get_if<Granted>(&*renewed);
    REQUIRE(newer != nullptr);
    CHECK(newer->credentials.key().public_key() == first.credentials.key().public_key());
    CHECK(newer->credentials.user().content.name == "wallyqs");

    service.refuse_with(Refusal{.error = {Reason::denied, "not you"}, .retry_after = 5s});
    const base::Result<Answer> refused = request_renewal(user.service(), first.credentials);
    REQUIRE(refused);
    REQUIRE(std::holds_alternative<Refusal>(*refused));
    CHECK(std::get<Refusal>(*refused).error.code == Reason::denied);
    CHECK(std::get<Refusal>(*refused).retry_after == 5s);
}

TEST_CASE("Renewer: a connection goes over to renewed credentials again and again, and misses nothing") {
    const support::TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 3s});
    Client requester(bus::connect(as(server, parsed(tree.requester_creds()))));
    const Granted first = requester.granted(std::nullopt);
    Seen<std::string> events;
    Client user(bus::connect(as(server, copy_of(first.credentials)), bus::noted(events)));
    Seen<std::string> heard;
    const auto listening = user.connection.listen(
        {"news", ""}, [&heard](const bus::Message& message) { heard.add(message.body); }, default_timeout);
    REQUIRE(listening);

    support::FakeStore store(first.credentials);
    Seen<bool> switched;
    Renewer renewer(
        {.service = user.service(),
         .store = store,
         .events = {.renewed =
                        [&](Renewal newer) {
                            switched.add(user.connection.switch_to(std::move(newer.credentials)).has_value());
                        },
                    .failed = {}},
         .intervals = user.intervals},
        first.credentials);
    base::Status kept;
    std::jthread renewing([&](const std::stop_token& stop) { kept = keep_renewed(renewer, stop); });
    REQUIRE(support::eventually([&] { return user.clock.now() > first.grant.expires; }));
    const std::vector<bool> outcomes = switched.wait_for(2);
    CHECK(std::ranges::all_of(outcomes, [](bool ok) { return ok; }));
    Client speaker(bus::connect(as(
        server, tree.credentials(nkeys::SigningKey::generate(nkeys::Kind::user, user.random).value(), {}))));
    REQUIRE(speaker.connection.publish("news", "late"));

    CHECK(heard.wait_for(1) == std::vector<std::string>{"late"});
    renewing.request_stop();
    renewing.join();
    CHECK(kept);
    user.connection.close();
    CHECK(events.wait_for(1) == std::vector<std::string>{"closed"});
}

}  // namespace
}  // namespace natscreds::access
