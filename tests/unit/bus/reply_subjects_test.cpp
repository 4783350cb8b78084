// Where a connection wants its replies, as a server is told.
#include <set>
#include <string>
#include <vector>

#include <support/bare_server.h>
#include <support/eventually.h>
#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/errc.h>

namespace natscreds::bus {
namespace {

using support::BareServer;

base::Result<Connection> connected(const BareServer& server) {
    ConnectionOptions options;
    options.servers = {server.address()};
    return Connection::open(std::move(options));
}

/// The subjects that replies are wanted on, of all "PUB ask REPLY 0" lines.
std::vector<std::string> replies_wanted(const std::string& received) {
    std::vector<std::string> found;
    const std::string before = "PUB ask ";
    for (std::size_t at = received.find(before); at != std::string::npos; at = received.find(before, at)) {
        at += before.size();
        found.push_back(received.substr(at, received.find(' ', at) - at));
    }
    return found;
}

TEST_CASE("Requests: who was sent one cannot guess where the reply to the next is wanted") {
    const BareServer bare;
    base::Result<Connection> connection = connected(bare);
    REQUIRE(connection);
    Message question;
    question.subject = "ask";
    for (int i = 0; i < 3; ++i)
        CHECK(connection->request(question, Timeout(1)).error().code == Errc::timeout);

    REQUIRE(support::eventually([&] { return replies_wanted(bare.received()).size() == 3; }));
    std::set<std::string> tokens;
    for (const std::string& reply : replies_wanted(bare.received())) {
        const std::string token = reply.substr(reply.rfind('.') + 1);
        CHECK(token.size() >= 22);
        CHECK(tokens.insert(token.substr(0, 11)).second);
        CHECK(tokens.insert(token.substr(11)).second);
    }
}

TEST_CASE("Requests: two new inboxes of a connection have nothing in common") {
    const BareServer bare;
    const base::Result<Connection> connection = connected(bare);
    REQUIRE(connection);
    const std::string one = connection->new_inbox();
    const std::string other = connection->new_inbox();
    const std::size_t random = one.rfind('.') + 1;
    CHECK(one.size() >= random + 22);
    CHECK(one.substr(random, 8) != other.substr(random, 8));
}

}  // namespace
}  // namespace natscreds::bus
