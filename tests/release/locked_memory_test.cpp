// What programs say when they may not lock the memory of secrets.
#include <string>

#include <unistd.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/nats_server.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::count;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::TrustTree;

/// The same program with another limit on locked memory, and without root's right to pass over it.
support::Command limited(support::Command command, const std::string& kilobytes) {
    std::vector<std::string> words;
    if (geteuid() == 0) words = {"setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock"};
    for (const std::string& word : {std::string("bash"), std::string("-c"),
                                    "ulimit -l " + kilobytes + " && exec \"$@\"", std::string("bash")})
        words.push_back(word);
    words.insert(words.end(), command.argv.begin(), command.argv.end());
    command.argv = std::move(words);
    return command;
}

void check_said_once(const std::string& program, const Outcome& outcome) {
    INFO(outcome.err);
    CHECK(count(outcome.err, program + ": keys and passwords may be swapped to disk") == 1);
    CHECK(count(outcome.err,
                "hint: raise the limit: LimitMEMLOCK= in a unit of systemd, `ulimit -l` in a shell") == 1);
}

struct Scene {
    TrustTree tree;
    NatsServer server{support::nats_servers().back(), {.config = tree.config()}};

    [[nodiscard]] support::Command service() const {
        return support::command("nats-provisioner",
                                {"-s", server.url(), "--acc", tree.account_file(), "--sk",
                                 tree.signing_key_file(), "--creds", tree.service_creds()});
    }
    [[nodiscard]] support::Command request() const {
        return support::command("nats-req",
                                {"-s", server.url(), "--creds", tree.requester_creds(), "--access", "derek"});
    }
};

/// What a request and the service say that answers it, both with that limit.
struct Served {
    Outcome asked;
    Outcome service;

    Served(const Scene& scene, const std::string& kilobytes) {
        Process serving(limited(scene.service(), kilobytes));
        serving.wait_for_output("serving ");
        asked = support::run(limited(scene.request(), kilobytes));
        CHECK(asked.exit_code == 0);
        service = serving.stop();
    }
};

TEST_CASE("Locked memory: where none may be locked, a program with seeds says so once, and what to do") {
    const Scene scene;
    const Served served(scene, "0");
    check_said_once("nats-req", served.asked);
    check_said_once("nats-provisioner", served.service);
    check_said_once("nsctl",
                    support::run(limited(support::command("nsctl", {"generate", "nkey", "-u"}), "0")));
    support::Command chat = support::command(
        "nats-chat", {"-s", scene.server.url(), "--creds", scene.tree.requester_creds(), "--plain"});
    check_said_once("nats-chat", support::run(limited(chat, "0")));
}

TEST_CASE("Locked memory: where it may be locked, nothing is said") {
    const Scene scene;
    const Served served(scene, "64");
    CHECK(served.asked.err.find("swapped") == std::string::npos);
    CHECK(served.service.err.find("swapped") == std::string::npos);
}

TEST_CASE("Locked memory: who has no secret says nothing of it") {
    const Outcome outcome = support::run(limited(support::command("nsctl", {"--version"}), "0"));
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.err.empty());
}

}  // namespace
}  // namespace natscreds
