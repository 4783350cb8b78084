// How nats-chat ends, and goes on, while its server hangs without closing anything.
#include <chrono>
#include <csignal>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/base/random.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/terminal.h>
#include <support/trust_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using support::NatsServer;
using support::Outcome;
using support::Process;
using support::Talker;
using support::Terminal;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

struct Scene {
    support::TrustTree tree;
    std::optional<NatsServer> server{std::in_place, support::nats_servers().back(),
                                     support::ServerSetup{.config = tree.config()}};

    support::Command chat(const std::string& name, const std::vector<std::string>& more = {"--plain"}) const {
        return chat_at(server->url(), name, more);
    }
    support::Command chat_at(const std::string& url, const std::string& name,
                             const std::vector<std::string>& more = {"--plain"}) const {
        base::SystemRandom random;
        const auto edit = [&](jwt::Draft<jwt::UserClaims>& draft) { draft.name = name; };
        const auto credentials =
            tree.credentials(nkeys::SigningKey::generate(nkeys::Kind::user, random).value(), edit);
        const std::string file =
            tree.folder()
                .write(name + ".creds", std::string(base::as_text(credentials.text().expose())))
                .string();
        std::vector<std::string> words{"-s", url, "--creds", file};
        words.insert(words.end(), more.begin(), more.end());
        return support::command("nats-chat", words);
    }
    /// It takes bytes and answers nothing.
    void freeze() const { support::freeze(server->pid()); }
    ~Scene() {
        if (server) support::thaw(server->pid());
    }
};

/// How long the chat takes to end.
std::chrono::milliseconds ending_of(Process& process, Outcome& outcome) {
    const auto begun = Steady::now();
    outcome = process.wait(60s);
    return std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun);
}

}  // namespace

TEST_CASE(
    "Chat leaving: while the server hangs, /quit and SIGTERM end within seconds when all was confirmed") {
    const bool by_signal = GENERATE(false, true);
    const Scene scene;
    Talker wallyqs(scene.chat("wallyqs"));
    scene.freeze();
    if (by_signal) wallyqs.process().signal(SIGTERM);
    if (!by_signal) wallyqs.type("/quit");
    Outcome outcome{};
    CHECK(ending_of(wallyqs.process(), outcome) < 6s);
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Chat leaving: what is not confirmed is waited for, and that has an end too") {
    const Scene scene;
    Talker wallyqs(scene.chat("wallyqs"));
    scene.freeze();
    wallyqs.type("hello");
    wallyqs.type("/quit");
    Outcome outcome{};
    CHECK(ending_of(wallyqs.process(), outcome) < 16s);
    CHECK(outcome.exit_code == 4);
    CHECK_THAT(outcome.err, ContainsSubstring("some of what was typed could not be sent"));
}

TEST_CASE("Chat leaving: a second signal ends it at once") {
    const int first = GENERATE(SIGINT, SIGTERM, SIGHUP);
    const Scene scene;
    Talker wallyqs(scene.chat("wallyqs"));
    scene.freeze();
    wallyqs.type("hello");
    wallyqs.type("/help");
    wallyqs.sees("* /help");
    wallyqs.process().signal(first);
    wallyqs.sees("Ctrl-C ends at once");
    wallyqs.process().signal(SIGINT);
    Outcome outcome{};
    CHECK(ending_of(wallyqs.process(), outcome) < 2s);
    CHECK(outcome.exit_code == 128 + SIGINT);
}

TEST_CASE("Chat leaving: while it connects to a server that hangs, a signal ends it at once") {
    const Scene scene;
    scene.freeze();
    Process wallyqs(scene.chat("wallyqs", {"--plain", "--timeout", "50s"}));
    // Once the signal is blocked it is taken, and before that it ends any process.
    REQUIRE(support::eventually([&] {
        return support::read_text("/proc/" + std::to_string(wallyqs.pid()) + "/task/" +
                                  std::to_string(wallyqs.pid()) + "/status")
                   .find("SigBlk:\t0000000000000000") == std::string::npos;
    }));
    wallyqs.signal(SIGINT);
    Outcome outcome{};
    CHECK(ending_of(wallyqs, outcome) < 2s);
    CHECK(outcome.exit_code == 128 + SIGINT);
}

TEST_CASE("Chat leaving: the terminal is given back while the server hangs, by keys and by signals") {
    const int signal = GENERATE(0, SIGTERM, SIGQUIT);
    const Scene scene;
    Terminal terminal;
    terminal.start(scene.chat("wallyqs", {}));
    terminal.sees("-- connected to");
    scene.freeze();
    terminal.type("hello");
    terminal.press({"Enter"});
    if (signal == 0) {
        terminal.press({"C-c", "C-c"});
    } else {
        kill(terminal.program(), signal);
    }
    const auto begun = Steady::now();
    CHECK(support::eventually([&] { return terminal.state("alternate_on") == "0"; }));
    CHECK(Steady::now() - begun < 5s);
    terminal.sees("Ctrl-C ends at once");
    terminal.press({"C-c"});
    CHECK(support::eventually([&] { return terminal.state("pane_current_command") != "nats-chat"; }));
    CHECK(terminal.state("cursor_flag") == "1");
}

TEST_CASE("Chat leaving: a crash gives the terminal back") {
    const int signal = GENERATE(SIGABRT, SIGSEGV);
    const Scene scene;
    Terminal terminal;
    terminal.start(scene.chat("wallyqs", {}));
    terminal.sees("-- connected to");
    kill(terminal.program(), signal);
    CHECK(support::eventually([&] { return terminal.state("pane_current_command") != "nats-chat"; }));
    CHECK(terminal.state("alternate_on") == "0");
    CHECK(terminal.state("cursor_flag") == "1");
    // The shell hears keys as lines again.
    terminal.type("echo ba''ck");
    terminal.press({"Enter"});
    terminal.sees("\nback");
}

TEST_CASE("Chat: a server that hangs is told of within seconds, and then another one is gone to") {
    const Scene scene;
    const NatsServer other(support::nats_servers().back(),
                           support::ServerSetup{.config = scene.tree.config()});
    Talker wallyqs(scene.chat_at(scene.server->url() + "," + other.url(), "wallyqs"));
    scene.freeze();
    wallyqs.sees("* the server is not answering");
    wallyqs.type("hello");
    wallyqs.process().wait_for_output("* connected again after ", 60s);
    const Talker derek(scene.chat_at(other.url(), "derek"));
    wallyqs.sees("* derek is online");
}

TEST_CASE("Chat: joining a channel while the server hangs holds nothing up, and later the channel is heard") {
    const Scene scene;
    Talker wallyqs(scene.chat("wallyqs"));
    scene.freeze();
    const auto begun = Steady::now();
    wallyqs.type("/join Lisbon");
    wallyqs.type("/help");
    wallyqs.sees("* /help");
    CHECK(Steady::now() - begun < 4s);
    wallyqs.sees("* #Lisbon is not heard yet");
    support::thaw(scene.server->pid());
    wallyqs.sees("* #Lisbon is heard now");
    Talker derek(scene.chat("derek", {"--plain", "--channel", "Lisbon"}));
    derek.type("bom dia");
    wallyqs.sees("#Lisbon derek");
}

TEST_CASE("Chat: a channel that was joined while there was no server is heard when there is one again") {
    Scene scene;
    Talker wallyqs(scene.chat("wallyqs"));
    const std::string port = scene.server->url().substr(scene.server->url().rfind(':') + 1);
    scene.server.reset();
    wallyqs.sees("the server is lost");
    wallyqs.type("/join Lisbon");
    wallyqs.sees("* #Lisbon is not heard yet");
    scene.server.emplace(support::nats_servers().back(),
                         support::ServerSetup{.config = scene.tree.config(), .arguments = {"-p", port}});
    wallyqs.sees("* #Lisbon is heard now");
    Talker derek(scene.chat("derek", {"--plain", "--channel", "Lisbon"}));
    derek.type("bom dia");
    wallyqs.sees("#Lisbon derek");
}

}  // namespace natscreds
