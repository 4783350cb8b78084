// nats-provisioner before there is a server.
#include <csignal>
#include <filesystem>
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/black_hole.h>
#include <support/nats_server.h>
#include <support/occurrences.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::command;
using support::eventually;
using support::NatsServer;
using support::Outcome;
using support::Process;
using Words = std::vector<std::string>;

/// A server that has been there, and is gone: its port is free.
struct Scene {
    explicit Scene(const support::ServerBinary& release) : binary(release) {
        const NatsServer server(binary, {.config = tree.server_config()});
        url = server.url();
    }
    support::Command provisioner(const Words& more = {}) const { return provisioner_at(url, more); }
    support::Command provisioner_at(const std::string& server, const Words& more = {}) const {
        Words words{"-s", server, "--config", config.string(), "--http", "127.0.0.1:0"};
        words.insert(words.end(), more.begin(), more.end());
        return command("nats-provisioner", words);
    }

    const support::ServerBinary binary;
    support::VouchedTree tree{1};
    std::filesystem::path config = tree.write_policy("west", {});
    std::string url;
};

/// The status of a page at the address that stands behind `before` in the log.
std::string status(Process& service, const std::string& before, const std::string& page) {
    service.wait_for_output(before + "http://");
    const std::string log = service.err();
    const std::size_t begin = log.find(before + "http://") + before.size();
    const std::string address = log.substr(begin, log.find_first_of(" \n", begin) - begin);
    return support::run({.argv = {"curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", address + page}})
        .out;
}

}  // namespace

TEST_CASE("Waiting: before there is a server it is alive and not ready, says so once, and then serves") {
    const Scene scene(GENERATE(from_range(support::nats_servers())));
    Process service(scene.provisioner());
    service.wait_for_output("waiting for a NATS server: " + scene.url);
    CHECK(status(service, "until then health on ", "/healthz") == "200");
    CHECK(status(service, "until then health on ", "/readyz") == "503");
    const NatsServer server(scene.binary, {.config = scene.tree.server_config(),
                                           .arguments = {"-p", scene.url.substr(scene.url.rfind(':') + 1)}});
    service.wait_for_output("serving ");
    CHECK(eventually([&] { return status(service, "metrics and health on ", "/readyz") == "200"; }));
    CHECK(support::count(service.err(), "waiting for a NATS server") == 1);
    CHECK(service.stop().exit_code == 0);
}

TEST_CASE("Waiting: SIGTERM ends it at once, with 0, also while a server does not answer") {
    const bool hangs = GENERATE(false, true);
    const Scene scene(support::nats_servers().back());
    const support::BlackHole hole(support::Hole::says_nothing);
    Process service(hangs ? scene.provisioner_at(hole.address(), {"--timeout", "60s"}) : scene.provisioner());
    if (hangs) {
        REQUIRE(eventually([&] { return hole.has_guest(); }));
    } else {
        service.wait_for_output("waiting for a NATS server");
    }
    service.signal(SIGHUP);
    CHECK(service.running());
    service.signal(SIGTERM);
    const Outcome ended = service.wait(std::chrono::seconds(3));
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.err, ContainsSubstring("told to end before it could serve"));
}

TEST_CASE("Waiting: with --no-wait no server is 5 at once, and without it what a server refuses is, too") {
    const Scene scene(support::nats_servers().back());
    CHECK(support::run(scene.provisioner({"--no-wait"})).exit_code == 5);
    const support::VouchedTree others(1);
    const NatsServer server(scene.binary, {.config = others.server_config(),
                                           .arguments = {"-p", scene.url.substr(scene.url.rfind(':') + 1)}});
    const Outcome refused = support::run(scene.provisioner());
    CHECK(refused.exit_code == 5);
    CHECK(refused.err.find("waiting") == std::string::npos);
}

}  // namespace natscreds
