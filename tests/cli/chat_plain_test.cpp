// nats-chat --plain as processes on a real server.
#include <optional>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::NatsServer;
using support::Outcome;
using support::Process;
using Words = std::vector<std::string>;

support::Command chat_command(const Words& words, const std::string& input = "") {
    support::Command made{.argv = {support::program("nats-chat")}, .input = input};
    made.argv.insert(made.argv.end(), words.begin(), words.end());
    for (const char* variable :
         {"NATS_URL", "NATS_CREDS", "NATS_CERT", "NATS_KEY", "NATS_CA", "NATS_CONTEXT"})
        made.environment[variable] = std::nullopt;
    return made;
}

/// A server with the service, and chats that get their own credentials from it.
struct Deployment {
    explicit Deployment(const support::ServerBinary& binary)
        : server(binary, {.config = tree.config()}),
          service({.argv = {support::program("nats-provisioner"), "-s", server.url(), "--acc",
                            tree.account_file(), "--sk", tree.signing_key_file(), "--creds",
                            tree.service_creds(), "--sid", "AWS/West"}}) {
        service.wait_for_output("serving chat.req.access");
    }

    [[nodiscard]] support::Command as(const std::string& name, const std::string& input = "") const {
        return chat_command({"--plain", "-s", server.url(), "--access", name, "--request-creds",
                             tree.requester_creds(), "--channel", "KUBECON"},
                            input);
    }

    support::TrustTree tree;
    NatsServer server;
    Process service;
};

/// A chat whose input stays open: it reads from a pipe that nothing comes through.
support::Command listening(support::Command command) {
    std::string line = "sleep 60 | exec";
    for (const std::string& word : command.argv)
        line += " '" + word + "'";
    command.argv = {"/bin/sh", "-c", line};
    return command;
}

TEST_CASE("Plain chat: what one says the other sees, with a verified name; also direct messages") {
    const Deployment deployment(GENERATE(from_range(support::nats_servers())));
    Process derek(listening(deployment.as("derek")));
    derek.wait_for_output("connected to");

    const Outcome wallyqs = support::run(deployment.as("wallyqs", "hello derek\n/me waves\nlast line"));

    CHECK(wallyqs.exit_code == 0);
    derek.wait_for_output("#KUBECON wallyqs: hello derek\n");
    derek.wait_for_output("#KUBECON * wallyqs waves\n");
    derek.wait_for_output("#KUBECON wallyqs: last line\n");
    derek.wait_for_output("* wallyqs has left\n");
    CHECK_THAT(derek.out(), ContainsSubstring("* wallyqs is online\n"));
}

TEST_CASE("Plain chat: without credentials it says how to get some") {
    const Outcome outcome = support::run(chat_command({"--plain"}));
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.err,
               ContainsSubstring("--creds FILE") && ContainsSubstring("hint: get some: nats-req"));
    CHECK(outcome.out.empty());
}

TEST_CASE("Plain chat: where it may not speak it says so, and ends with 5") {
    const Deployment deployment(support::nats_servers().back());
    const Outcome outcome = support::run(chat_command(
        {"--plain", "-s", deployment.server.url(), "--creds", deployment.tree.requester_creds()}, "hello\n"));
    CHECK(outcome.exit_code == 5);
}

}  // namespace
}  // namespace natscreds
