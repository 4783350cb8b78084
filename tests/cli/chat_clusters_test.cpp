// nats-chat --plain in two clusters that a gateway joins, with credentials that the service issues.
#include <csignal>
#include <filesystem>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <nlohmann/json.hpp>

#include <support/metronome.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/test_data.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using namespace std::chrono_literals;
using support::command;
using support::Metronome;
using support::NatsServer;
using support::Process;
using support::Talker;
using support::VouchedTree;
using Numbers = std::vector<int>;

/// The port on which a server says that it listens for gateways.
std::string gateway_port(const NatsServer& server) {
    const std::string log = server.log();
    const std::string before = "Listening for gateways connections on ";
    const std::size_t line = log.find(before);
    REQUIRE(line != std::string::npos);
    const std::size_t colon = log.find(':', line + before.size());
    return log.substr(colon + 1, log.find_first_not_of("0123456789", colon + 1) - colon - 1);
}

/// The clusters west, where the service is, and east.
struct Clusters {
    explicit Clusters(const support::ServerBinary& binary, const std::string& life = "1h")
        : west(binary, {.config = west_config()}),
          east(binary, {.config = tree.server_config("server_name: east\ngateway { name: east, listen: "
                                                     "\"127.0.0.1:-1\", gateways: [ { name: west, url: "
                                                     "\"nats://127.0.0.1:" +
                                                     gateway_port(west) + "\" } ] }\n")}),
          service(
              command("nats-provisioner",
                      {"-s", west.url(), "--config",
                       tree.write_policy("west", {.more = "[audit]\nfile = \"audit.jsonl\"\n", .ttl = life})
                           .string()})) {
        service.wait_for_output("serving chat.req.access.*.*");
        // The servers find each other in their own time.
        REQUIRE(support::eventually([&] {
            return support::run(command("nats-req", {"-s", east.url(), "--creds", tree.creds("requester-9"),
                                                     "--timeout", "2s", "--access", "scout"}))
                       .exit_code == 0;
        }));
    }

    [[nodiscard]] std::string west_config() const {
        return tree.server_config("server_name: west\ngateway { name: west, listen: \"127.0.0.1:-1\" }\n");
    }

    /// How one chats whose credentials the service issues on request of that user.
    [[nodiscard]] support::Command chat(const std::string& servers, const std::string& name,
                                        const std::string& requester) const {
        return command("nats-chat", {"--plain", "-s", servers, "--access", name, "--request-creds",
                                     tree.creds(requester), "--channel", "KUBECON"});
    }

    [[nodiscard]] std::size_t renewals_of(const std::string& name) const {
        std::istringstream audit(support::read_text(tree.folder() / "audit.jsonl"));
        std::size_t count = 0;
        for (std::string line; std::getline(audit, line);) {
            const bool renewed = line.find("\"event\":\"renewed\"") != std::string::npos;
            if (renewed && line.find("\"name\":\"" + name + "\"") != std::string::npos) ++count;
        }
        return count;
    }

    VouchedTree tree;
    NatsServer west;
    NatsServer east;
    Process service;
};

/// The numbers that one has printed as said by the other, in that order.
Numbers heard(Talker& listener, const std::string& speaker) {
    const std::string beginning = "#KUBECON " + speaker + ": number ";
    Numbers numbers;
    std::istringstream out(listener.process().out());
    for (std::string line; std::getline(out, line);) {
        if (line.starts_with(beginning)) numbers.push_back(std::stoi(line.substr(beginning.size())));
    }
    return numbers;
}

Numbers up_to(int most) {
    Numbers numbers;
    for (int i = 1; i <= most; ++i)
        numbers.push_back(i);
    return numbers;
}

struct Talk {
    std::string life;  ///< of the credentials
    std::chrono::seconds life_seconds;
    std::chrono::seconds duration;
};

/// Fifty messages a second, from both sides in turn.
void talk_over_renewals(const Talk& talk) {
    const Clusters clusters(support::nats_servers().back(), talk.life);
    Talker derek(clusters.chat(clusters.east.url(), "derek", "requester-0"));
    Talker wallyqs(clusters.chat(clusters.west.url(), "wallyqs", "requester-1"));
    derek.sees("* wallyqs is online\n");
    wallyqs.sees("* derek is online\n");

    const Metronome beat(20ms);
    const int each = static_cast<int>(talk.duration / 40ms);
    for (int i = 1; i <= each; ++i) {
        derek.type("number " + std::to_string(i));
        beat.wait();
        wallyqs.type("number " + std::to_string(i));
        beat.wait();
    }

    derek.sees("wallyqs: number " + std::to_string(each) + "\n");
    wallyqs.sees("derek: number " + std::to_string(each) + "\n");
    CHECK(heard(derek, "wallyqs") == up_to(each));
    CHECK(heard(wallyqs, "derek") == up_to(each));
    // Each at two thirds of the life, a twentieth sooner or later.
    const auto least = static_cast<std::size_t>(talk.duration / talk.life_seconds);
    CHECK(clusters.renewals_of("derek") >= least);
    CHECK(clusters.renewals_of("wallyqs") >= least);
    UNSCOPED_INFO("renewals: " << clusters.renewals_of("derek") << " and "
                               << clusters.renewals_of("wallyqs"));
    CHECK(derek.process().out().find("not in use yet") == std::string::npos);
}

TEST_CASE("Clusters: posts and direct messages go both ways, and on after one's server is killed") {
    Clusters clusters(GENERATE(from_range(support::nats_servers())));
    Talker wallyqs(clusters.chat(clusters.west.url(), "wallyqs", "requester-1"));
    Talker derek(clusters.chat(clusters.east.url() + "," + clusters.west.url(), "derek", "requester-0"));
    derek.sees("* connected to " + clusters.east.url());
    derek.sees("* wallyqs is online\n");
    wallyqs.sees("* derek is online\n");

    derek.type("from the east");
    wallyqs.sees("#KUBECON derek: from the east\n");
    wallyqs.type("from the west");
    derek.sees("#KUBECON wallyqs: from the west\n");
    derek.type("/msg wallyqs just for you");
    wallyqs.sees("@derek: just for you\n");
    wallyqs.type("/msg derek and for you");
    derek.sees("@wallyqs: and for you\n");

    kill(clusters.east.pid(), SIGKILL);
    derek.sees("* the server is lost; connecting again\n");
    derek.sees("* connected again after ");
    derek.type("still here");
    wallyqs.sees("@derek: still here\n");
    wallyqs.type("/join KUBECON");
    wallyqs.type("welcome to the west");
    derek.sees("#KUBECON wallyqs: welcome to the west\n");
}

TEST_CASE("Clusters: over renewals no message is lost, and none doubled") {
    talk_over_renewals({.life = "8s", .life_seconds = 8s, .duration = 25s});
}

TEST_CASE("Clusters: over two minutes of credentials of 20 seconds no message is lost, and none doubled",
          "[.long]") {
    talk_over_renewals({.life = "20s", .life_seconds = 20s, .duration = 120s});
}

TEST_CASE("Clusters: names that the next signing key signs are verified after one's own renewal") {
    Clusters clusters(support::nats_servers().back(), "9s");
    Talker wallyqs(clusters.chat(clusters.west.url(), "wallyqs", "requester-1"));

    std::filesystem::remove(clusters.tree.folder() / "chat.nk");
    clusters.tree.add_signing_key("chat.nk");
    clusters.tree.folder().write(clusters.west.config_file(), clusters.west_config());
    clusters.west.reload();
    clusters.service.signal(SIGHUP);
    clusters.service.wait_for_output("] reloaded");

    Talker derek(clusters.chat(clusters.west.url(), "derek", "requester-0"));
    wallyqs.sees("* derek? is online\n");
    CHECK(support::eventually([&] {
        derek.type("who am I?");
        return wallyqs.process().out().find("#KUBECON derek: who am I?\n") != std::string::npos;
    }));
    CHECK(clusters.renewals_of("wallyqs") > 0);
}

TEST_CASE("Clusters: what the tutorial's own client says is shown, and never as verified") {
    const Clusters clusters(support::nats_servers().back());
    Talker wallyqs(clusters.chat(clusters.west.url(), "wallyqs", "requester-1"));
    const auto samples = nlohmann::json::parse(support::read_test_data("chat-samples.json"));
    REQUIRE(support::run(command("nats-req", {"-s", clusters.west.url(), "--creds",
                                              clusters.tree.creds("requester-0"), "--access", "tutorial",
                                              "-o", (clusters.tree.folder() / "tutorial.creds").string()}))
                .exit_code == 0);
    const auto publish = [&](const std::string& subject, const std::string& body) {
        return support::run(
                   command("nats-pub", {"-s", clusters.west.url(), "--creds",
                                        (clusters.tree.folder() / "tutorial.creds").string(), subject, body}))
            .exit_code;
    };
    for (const auto& token : samples.at("tokens")) {
        CHECK(publish("chat.KUBECON.online", token) == 0);
        CHECK(publish("chat.KUBECON.posts.KUBECON", token) == 0);
    }
    wallyqs.sees("#KUBECON derek?: hi & <ok> ünïcode 日本\n");
}

}  // namespace
}  // namespace natscreds
