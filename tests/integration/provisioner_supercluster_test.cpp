// The vouched way over a gateway, and from a leaf node that has only the client account's remote.
#include <chrono>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using support::command;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::VouchedTree;
using Words = std::vector<std::string>;

/// The port that a server says it listens on for such connections ("gateways", "leafnode").
std::string port_for(const NatsServer& server, const std::string& what) {
    const std::string log = server.log();
    const std::string before = "Listening for " + what + " connections on ";
    const std::size_t line = log.find(before);
    REQUIRE(line != std::string::npos);
    const std::size_t colon = log.find(':', line + before.size());
    return log.substr(colon + 1, log.find_first_not_of("0123456789", colon + 1) - colon - 1);
}

struct Supercluster {
    explicit Supercluster(const support::ServerBinary& binary)
        : west(binary, {.config = tree.server_config("server_name: west\n"
                                                     "gateway { name: west, listen: \"127.0.0.1:-1\" }\n"
                                                     "leafnodes { listen: \"127.0.0.1:-1\" }\n")}),
          east(binary, {.config = tree.server_config(
                            "server_name: east\ngateway { name: east, listen: \"127.0.0.1:-1\", gateways: "
                            "[ { name: west, url: \"nats://127.0.0.1:" +
                            port_for(west, "gateways") + "\" } ] }\n")}),
          leaf(binary, {.config = tree.server_config(
                            "server_name: leaf\nleafnodes { remotes: [ { url: \"nats-leaf://127.0.0.1:" +
                            port_for(west, "leafnode") + "\", credentials: \"" + tree.creds("leaf") +
                            "\", account: " + tree.account().text() + " } ] }\n")}),
          service(command("nats-provisioner",
                          {"-s", west.url(), "--config", tree.write_policy("west", {}).string()})) {
        service.wait_for_output("serving chat.req.access.*.*");
    }

    [[nodiscard]] Outcome request(const NatsServer& at, const std::string& user, const Words& words) const {
        Words all{"-s", at.url(), "--creds", tree.creds(user), "--timeout", "2s"};
        all.insert(all.end(), words.begin(), words.end());
        return support::run(command("nats-req", all));
    }

    VouchedTree tree;
    NatsServer west;
    NatsServer east;
    NatsServer leaf;
    Process service;
};

TEST_CASE("Supercluster: from another cluster and from a leaf node who asks is as true as at home") {
    Supercluster chat(GENERATE(from_range(support::nats_servers())));
    // The servers find each other in their own time.
    CHECK(support::eventually([&] {
        return chat.request(chat.east, "requester-0", {"--access", "east"}).exit_code == 0;
    }));
    CHECK(support::eventually([&] {
        return chat.request(chat.leaf, "requester-1", {"--access", "leaf"}).exit_code == 0;
    }));

    CHECK(support::eventually([&] {
        const std::string log = chat.service.err();
        const std::size_t east = log.find("name=east");
        return east < log.find("requester=" + chat.tree.key("requester-0").text(), east) &&
               log.find("requester=" + chat.tree.key("requester-1").text()) != std::string::npos;
    }));

    const std::string victim = chat.tree.key("requester-2").text();
    const std::string forged =
        "Nats-Request-Info: {\"acc\":\"" + chat.tree.account().text() + "\",\"user\":\"" + victim + "\"}";
    for (const NatsServer* const at : {&chat.east, &chat.leaf}) {
        const std::string own = "chat.req.access." + chat.tree.key("requester-4").text();
        CHECK(chat.request(*at, "requester-4", {"-H", forged, "-H", forged, own, "x"}).exit_code == 1);
        CHECK(chat.request(*at, "requester-3", {"chat.req.access." + victim, "x"}).exit_code == 5);
        CHECK(chat.request(*at, "stranger", {"--access", "mallory"}).exit_code != 0);
    }
    const std::string all = chat.service.stop().err;
    CHECK(all.find("requester=" + chat.tree.key("requester-4").text()) != std::string::npos);
    CHECK(all.find(victim) == std::string::npos);
    CHECK(all.find("mallory") == std::string::npos);
}
}  // namespace
}  // namespace natscreds
