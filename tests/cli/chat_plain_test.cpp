// nats-chat --plain as processes on a real server.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/temp_dir.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::Talker;
using Words = std::vector<std::string>;

support::Command chat_command(const Words& words, const std::string& input = "") {
    support::Command made = support::command("nats-chat", words);
    made.input = input;
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

TEST_CASE("Plain chat: what one says the other sees, with a verified name") {
    const Deployment deployment(GENERATE(from_range(support::nats_servers())));
    Talker derek(deployment.as("derek"));
    Talker wallyqs(deployment.as("wallyqs"));
    derek.sees("* wallyqs is online\n");

    wallyqs.type("hello derek");
    wallyqs.type("/me waves");
    wallyqs.type("/quit");

    derek.sees("#KUBECON wallyqs: hello derek\n");
    derek.sees("#KUBECON * wallyqs waves\n");
    derek.sees("* wallyqs has left\n");
    CHECK(wallyqs.process().wait().exit_code == 0);
}

TEST_CASE("Plain chat: at the end of the input all of it has been said, and the exit code is 0") {
    const Deployment deployment(support::nats_servers().back());
    Talker derek(deployment.as("derek"));
    const Outcome bot = support::run(deployment.as("bot", "the build\nis green"));
    CHECK(bot.exit_code == 0);
    derek.sees(": the build\n");
    derek.sees(": is green\n");
}

TEST_CASE("Plain chat: direct messages go both ways, to a name") {
    const Deployment deployment(support::nats_servers().back());
    Talker derek(deployment.as("derek"));
    Talker wallyqs(deployment.as("wallyqs"));
    derek.sees("* wallyqs is online\n");
    wallyqs.sees("* derek is online\n");
    wallyqs.type("/msg derek psst");
    derek.sees("@wallyqs: psst\n");
    derek.type("/msg wallyqs yes?");
    wallyqs.sees("@derek: yes?\n");
}

TEST_CASE("Plain chat: told to end by SIGTERM it says goodbye and exits 0") {
    const Deployment deployment(support::nats_servers().back());
    Talker derek(deployment.as("derek"));
    Talker wallyqs(deployment.as("wallyqs"));
    derek.sees("* wallyqs is online\n");
    CHECK(wallyqs.process().stop().exit_code == 0);
    derek.sees("* wallyqs has left\n");
}

TEST_CASE("Plain chat: a lost server is a notice, and the conversation goes on without a double") {
    Deployment deployment(support::nats_servers().back());
    Talker derek(deployment.as("derek"));
    Talker wallyqs(deployment.as("wallyqs"));
    derek.sees("* wallyqs is online\n");
    const std::string port = deployment.server.url().substr(deployment.server.url().rfind(':') + 1);
    deployment.server.stop();
    wallyqs.sees("* the server is lost; connecting again\n");
    wallyqs.type("said in the dark");

    const NatsServer again(support::nats_servers().back(),
                           {.config = deployment.tree.config(), .arguments = {"-p", port}});

    derek.sees("* connected again after ");
    wallyqs.sees("* connected again after ");
    wallyqs.type("said in the light");
    derek.sees("#KUBECON wallyqs: said in the light\n");
    const std::string seen = derek.process().out();
    // One who comes back later than the other cannot have heard what was said before.
    const std::size_t first = seen.find("said in the dark");
    CHECK(seen.find("said in the dark", first + 1) == std::string::npos);
}

TEST_CASE("Plain chat: without credentials it says how to get some") {
    const Outcome outcome = support::run(chat_command({"--plain"}));
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.err,
               ContainsSubstring("--creds FILE") && ContainsSubstring("hint: get some: nats-req"));
    CHECK(outcome.out.empty());
}

TEST_CASE("Plain chat: a mistake in the settings is named with file, line and key") {
    const support::TempDir home;
    home.write("natscreds/chat.toml", "bell = \"off\"\n[keys]\nnext = \"f5\"\n");
    support::Command command = chat_command({"--plain"});
    command.environment = {{"XDG_CONFIG_HOME", home.path().string()}};
    const Outcome outcome = support::run(command);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.err,
               ContainsSubstring("natscreds/chat.toml:3: keys.next: there is no such setting\n"));

    const Outcome missing = support::run(chat_command({"--plain", "--settings", home / "none.toml"}));
    CHECK(missing.exit_code == 2);
    CHECK_THAT(missing.err, ContainsSubstring("none.toml"));
}

TEST_CASE("Plain chat: where it may not speak it says so, and ends with 5") {
    const Deployment deployment(support::nats_servers().back());
    const Outcome outcome = support::run(chat_command(
        {"--plain", "-s", deployment.server.url(), "--creds", deployment.tree.requester_creds()}, "hello\n"));
    CHECK(outcome.exit_code == 5);
}

}  // namespace
}  // namespace natscreds
