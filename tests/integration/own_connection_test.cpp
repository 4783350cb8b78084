// A program's connection as a user of its own, over real servers.
#include <future>

#include <support/issuing_service.h>

#include <natscreds/access/own_connection.h>

#include "bus_bench.h"

namespace natscreds::access {
namespace {

using namespace std::chrono_literals;
using support::IssuingService;
using support::NatsServer;
using support::TrustTree;

OwnUser user_of(const TrustTree& tree, const NatsServer& server) {
    return {.settings = bus::Settings::resolve({{bus::Key::server, server.url()},
                                                {bus::Key::creds, tree.requester_creds()},
                                                {bus::Key::context, ""}},
                                               [](std::string_view) { return std::nullopt; })
                            .value(),
            .name = "wallyqs"};
}

TEST_CASE("OwnConnection: it works with credentials of its own, and goes on when the first have ended") {
    const TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 3s});
    base::Result<OwnConnection> own = OwnConnection::open(user_of(tree, server));
    REQUIRE(own);
    bus::Seen<std::string> heard;
    const auto subscription = (*own)->listen(
        {.subject = "news", .queue = {}}, [&](const bus::Message& message) { heard.add(message.body); },
        support::default_timeout);
    REQUIRE(subscription);

    // Access, and a renewal of what the renewal before gave: the first credentials have ended by then.
    const std::vector<std::string> asked = service.asked(4);
    REQUIRE(asked.size() >= 4);
    CHECK(asked[0] == "chat.req.access");
    CHECK(asked[1] == "chat.req.renew");
    CHECK(asked[3] == "chat.req.renew");
    CHECK((*own)->publish("chat.KUBECON.posts.General", "hello"));
    CHECK((*own)->flush(support::default_timeout));

    bus::ConnectionOptions other;
    other.servers = {server.url()};
    base::SystemRandom random;
    other.credentials = tree.credentials(nkeys::SigningKey::generate(nkeys::Kind::user, random).value(), {});
    bus::Connection teller = bus::connect(std::move(other));
    REQUIRE(teller.publish("news", "today"));
    CHECK(heard.wait_for(1) == std::vector<std::string>{"today"});
}

TEST_CASE(
    "OwnConnection: a refusal is the reason why there is none, and the service that is not there another") {
    const TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    CHECK(OwnConnection::open(user_of(tree, server)).error().code == bus::Errc::no_responders);

    IssuingService service({.server = server.url(), .tree = tree, .life = 1h});
    service.refuse_with(Refusal{.error = {Reason::denied, "wallyqs"}});
    CHECK(OwnConnection::open(user_of(tree, server)).error().code == Reason::denied);
}

TEST_CASE("OwnConnection: a renewal that is forbidden is told, and ends nothing before its time") {
    const TrustTree tree;
    const NatsServer server(bus::each_server(), {.config = tree.config()});
    IssuingService service({.server = server.url(), .tree = tree, .life = 6s});
    OwnUser user = user_of(tree, server);
    std::promise<base::Error> told;
    user.not_renewed = [&](const base::Error& error) { told.set_value(error); };
    base::Result<OwnConnection> own = OwnConnection::open(std::move(user));
    REQUIRE(own);
    service.refuse_with(Refusal{.error = {Reason::denied, "wallyqs"}});
    std::future<base::Error> error = told.get_future();
    REQUIRE(error.wait_for(support::default_timeout) == std::future_status::ready);
    CHECK(error.get().code == Reason::denied);
    CHECK((*own)->flush(support::default_timeout));
}

}  // namespace
}  // namespace natscreds::access
