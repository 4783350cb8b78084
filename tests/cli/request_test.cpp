#include <csignal>
#include <map>
#include <optional>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/temp_dir.h>
#include <support/test_data.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using support::command;
using support::NatsServer;
using support::Outcome;
using support::Process;

using Words = std::vector<std::string>;

support::ServerBinary each_server() {
    return GENERATE(from_range(support::nats_servers()));
}

Outcome run(const std::string& program, const Words& words, const std::string& input = "") {
    support::Command made = command(program, words);
    made.input = input;
    return support::run(made);
}

/// A server in operator mode with the accounts of a store that nsc made.
NatsServer store_server(const support::ServerBinary& binary) {
    return {binary, {.config_file = support::test_data("nsc-store/out/mem-resolver.conf")}};
}

std::string creds(const std::string& name) {
    return support::test_data("nsc-store/keys/creds/KO/" + name + ".creds").string();
}

/// nats-rply or nats-sub, once it listens.
std::unique_ptr<Process> listening(const std::string& program, const Words& words) {
    auto process = std::make_unique<Process>(command(program, words));
    process->wait_for_output("listening on ");
    return process;
}

TEST_CASE("Tutorial: a request as written there gets the reply as written there") {
    const NatsServer server = store_server(each_server());
    const auto reply = listening("nats-rply", {"-s", server.url(), "-creds", creds("KUBECON/chat-access"),
                                               "chat.req.access", "example of a reply"});

    const support::TempDir folder;
    const std::string own = (folder / "own.creds").string();
    std::filesystem::copy_file(creds("KUBECON/chat-creds-request"), own);
    std::filesystem::permissions(own, std::filesystem::perms(0600));

    const Outcome outcome =
        run("nats-req", {"-s", server.url(), "-creds", own, "chat.req.access", "example"});

    CHECK(outcome.err.empty());
    CHECK(outcome.out == "example of a reply\n");
    CHECK(outcome.exit_code == 0);
    const Outcome ended = reply->stop();
    CHECK(ended.exit_code == 0);
    CHECK_THAT(ended.out, StartsWith("[#1] Received on \"chat.req.access\" with reply \"_INBOX.") &&
                              EndsWith("\"\nexample\n\n"));
}

TEST_CASE("Tutorial: nats-sub hears everything that the system account hears, from a host without scheme") {
    const NatsServer server = store_server(each_server());
    const std::string host_and_port = server.url().substr(std::string("nats://").size());
    const auto sub = listening("nats-sub", {"-s", host_and_port, "-creds", creds("SYS/sys"), ">"});
    (void)run("nats-pub", {"-s", server.url(), "-creds", creds("A/test"), "test", "x"});
    sub->wait_for_output("[#1] Received on \"$SYS.");
    CHECK(sub->stop().exit_code == 0);
}

TEST_CASE("nats-req: nobody there is 3, no answer is 4, and each is said") {
    const NatsServer server(each_server(), {});
    const auto silent = listening("nats-sub", {"-s", server.url(), "silent"});

    const Outcome nobody = run("nats-req", {"-s", server.url(), "nobody", "x"});
    const Outcome late = run("nats-req", {"-s", server.url(), "--timeout", "100ms", "silent", "x"});

    CHECK(nobody.exit_code == 3);
    CHECK(nobody.out.empty());
    CHECK_THAT(nobody.err, StartsWith("nats-req: nobody: nobody answers on this subject\nhint: "));
    CHECK(late.exit_code == 4);
    CHECK(late.out.empty());
    CHECK_THAT(late.err, StartsWith("nats-req: silent: no answer in time\nhint: "));
}

TEST_CASE("nats-req: a subject that is not allowed is 5 at once, not a timeout") {
    const NatsServer server = store_server(each_server());
    const Outcome outcome = run("nats-req", {"-s", server.url(), "--timeout", "10m", "--creds",
                                             creds("KUBECON/chat-creds-request"), "chat.req.other"});
    CHECK(outcome.exit_code == 5);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, ContainsSubstring("Permissions Violation for Publish to \"chat.req.other\" "
                                              "(may publish: _INBOX.>, _R_, _R_.>, chat.req.access): "));
}

TEST_CASE("nats-req: creds that the server, or we, do not accept are 5") {
    const NatsServer server = store_server(each_server());
    const support::TempDir folder;
    const std::string text = folder.write("text.creds", "-ERR 'name taken'\n").string();

    const Outcome revoked = run("nats-req", {"-s", server.url(), "-creds", creds("KUBECON/gone"), "x"});
    const Outcome none = run("nats-req", {"-s", server.url(), "x"});
    const Outcome unreadable = run("nats-req", {"-s", server.url(), "-creds", text, "x"});
    const Outcome absent = run("nats-req", {"-s", server.url(), "-creds", "/nowhere/my.creds", "x"});

    CHECK(revoked.exit_code == 5);
    CHECK_THAT(revoked.err, ContainsSubstring(server.url()) && ContainsSubstring("Authorization Violation"));
    CHECK(none.exit_code == 5);
    CHECK(unreadable.exit_code == 5);
    CHECK_THAT(unreadable.err, ContainsSubstring(text));
    CHECK(absent.exit_code == 5);
    CHECK_THAT(absent.err, ContainsSubstring("/nowhere/my.creds: No such file"));
}

TEST_CASE("nats-req: a server that is not there is 5, and named") {
    NatsServer server(each_server(), {});
    server.stop();
    const Outcome outcome = run("nats-req", {"-s", server.url(), "x"});
    CHECK(outcome.exit_code == 5);
    CHECK_THAT(outcome.err, StartsWith("nats-req: " + server.url() + ": cannot connect"));
}

// The tutorial's request tool writes the refusal into my.creds as if it were creds, and exits 0.
TEST_CASE("nats-req: a refusal is no result") {
    const NatsServer server(each_server(), {});
    SECTION("-ERR in the body") {
        const auto reply = listening("nats-rply", {"-s", server.url(), "ask", "-ERR 'the name is taken'"});
        const Outcome outcome = run("nats-req", {"-s", server.url(), "ask"});
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.out.empty());
        CHECK(outcome.err == "nats-req: refused: the name is taken\n");
    }
    SECTION("an error header") {
        const auto reply = listening("nats-rply", {"-s", server.url(), "-H", "Nats-Service-Error-Code: 409",
                                                   "-H", "Nats-Service-Error:name taken", "ask", "secret"});
        const Outcome outcome = run("nats-req", {"-s", server.url(), "--raw", "ask"});
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.out.empty());
        CHECK(outcome.err == "nats-req: refused: 409 name taken\n");
    }
}

TEST_CASE("nats-req: the reply's body is printed with a line end, raw, or as JSON") {
    const NatsServer server(each_server(), {});
    const auto reply = listening("nats-rply", {"-s", server.url(), "-H", "K: V", "ask", "12\n34"});

    CHECK(run("nats-req", {"-s", server.url(), "ask"}).out == "12\n34\n");
    CHECK(run("nats-req", {"-s", server.url(), "--raw", "ask"}).out == "12\n34");
    CHECK(run("nats-req", {"-s", server.url(), "--count", "2", "ask"}).out == "12\n34\n12\n34\n");
    const std::string json = run("nats-req", {"-s", server.url(), "--json", "ask"}).out;
    CHECK_THAT(json,
               StartsWith(R"({"subject":"_INBOX.)") && EndsWith(R"("headers":{"K":["V"]},"body":"12\n34"})"
                                                                "\n"));
}

TEST_CASE("nats-req: replies of several services are collected") {
    const NatsServer server(each_server(), {});
    const auto one = listening("nats-rply", {"-s", server.url(), "ask", "one"});
    const auto two = listening("nats-rply", {"-s", server.url(), "ask", "one"});

    CHECK(run("nats-req", {"-s", server.url(), "--replies", "2", "ask"}).out == "one\none\n");
    const Outcome fewer =
        run("nats-req", {"-s", server.url(), "--timeout", "500ms", "--replies", "3", "ask"});
    CHECK(fewer.out == "one\none\n");
    CHECK(fewer.exit_code == 0);
}

TEST_CASE("nats-req: the body comes from the command line, or from standard input") {
    const NatsServer server(each_server(), {});
    const auto sub = listening("nats-sub", {"-s", server.url(), "--raw", "--count", "4", "in"});

    CHECK(run("nats-pub", {"-s", server.url(), "in", "from the line"}, "ignored").exit_code == 0);
    CHECK(run("nats-pub", {"-s", server.url(), "in"}, "from\ninput").exit_code == 0);
    CHECK(run("nats-pub", {"-s", server.url(), "in", "-5"}).exit_code == 0);
    CHECK(run("nats-pub", {"-s", server.url(), "in", "--", "--raw"}).exit_code == 0);

    const Outcome ended = sub->wait();
    CHECK(ended.exit_code == 0);
    CHECK(ended.out == "from the line\nfrom\ninput\n-5\n--raw\n");
}

TEST_CASE("nats-sub: messages are shown with number, subject, reply subject and headers") {
    const NatsServer server(each_server(), {});
    const auto sub = listening("nats-sub", {"-s", server.url(), "--count", "2", "in.>"});

    (void)run("nats-pub", {"-s", server.url(), "in.a", "one"});
    (void)run("nats-pub", {"-s", server.url(), "-H", "A: 1", "-H", "A:2", "in.b", "two"});

    CHECK(sub->wait().out ==
          "[#1] Received on \"in.a\"\none\n\n"
          "[#2] Received on \"in.b\"\nA: 1\nA: 2\n\ntwo\n\n");
}

TEST_CASE("nats-pub: a subject that is not allowed is reported, and 5") {
    const NatsServer server = store_server(each_server());
    const Outcome outcome =
        run("nats-pub", {"-s", server.url(), "--creds", creds("A/test"), "elsewhere", "x"});
    CHECK(outcome.exit_code == 5);
    CHECK_THAT(outcome.err, ContainsSubstring("Permissions Violation for Publish to \"elsewhere\""));
}

TEST_CASE("nats-sub and nats-rply: a subject that is not allowed is reported, and 5") {
    const NatsServer server = store_server(each_server());
    for (const Words& words : {Words{"nats-sub", ">"}, Words{"nats-rply", ">", "x"}}) {
        Words arguments{"-s", server.url(), "--creds", creds("A/test")};
        arguments.insert(arguments.end(), words.begin() + 1, words.end());
        const Outcome outcome = run(words.front(), arguments);
        CHECK(outcome.exit_code == 5);
        CHECK(outcome.out.empty());
        CHECK_THAT(outcome.err, ContainsSubstring("Permissions Violation for Subscription to \">\""));
    }
}

TEST_CASE("nats-rply: a reply that is not allowed ends it with 5") {
    const NatsServer server(each_server(), {.config = R"(authorization { users: [
        {user: any, password: x}
        {user: mute, password: x, permissions: {publish: "elsewhere", subscribe: "ask"}} ] })"});
    const support::TempDir folder;
    const std::string password = folder.write("password", "x").string();
    const auto reply = listening(
        "nats-rply", {"-s", server.url(), "--user", "mute", "--password-file", password, "ask", "x"});

    const Outcome asked = run("nats-req", {"-s", server.url(), "--user", "any", "--password-file", password,
                                           "--timeout", "100ms", "ask"});

    CHECK(asked.exit_code == 4);
    CHECK(reply->wait().exit_code == 5);
}

TEST_CASE("nats-sub: SIGTERM and SIGINT end it in order, with 0") {
    const NatsServer server(each_server(), {});
    const int signal = GENERATE(SIGTERM, SIGINT);
    const auto sub = listening("nats-sub", {"-s", server.url(), "in"});
    sub->signal(signal);
    CHECK(sub->wait().exit_code == 0);
}

TEST_CASE("nats-req: a signal while it waits ends it with 128 and the signal's number") {
    const NatsServer server(each_server(), {});
    const auto silent = listening("nats-sub", {"-s", server.url(), "silent"});
    Process request(command("nats-req", {"-s", server.url(), "--timeout", "10m", "silent", "x"}));
    silent->wait_for_output("[#1]");
    request.signal(SIGINT);
    CHECK(request.wait().exit_code == 128 + SIGINT);
}

TEST_CASE("nats-rply: with --queue one of several answers, and with --count it ends by itself") {
    const NatsServer server(each_server(), {});
    const Words words{"-s", server.url(), "--queue", "q", "--count", "1", "ask", "x"};
    const auto one = listening("nats-rply", words);
    const auto two = listening("nats-rply", words);

    CHECK(run("nats-req", {"-s", server.url(), "--replies", "2", "--timeout", "300ms", "ask"}).out == "x\n");
    CHECK(run("nats-req", {"-s", server.url(), "ask"}).out == "x\n");

    CHECK(one->wait().exit_code == 0);
    CHECK(two->wait().exit_code == 0);
}

TEST_CASE("Command line: a mistake is 2, one clear line, and a hint") {
    const std::map<Words, std::string> mistakes{
        {{"nats-req"}, "nats-req: SUBJECT is missing\n"},
        {{"nats-req", "x", "y", "z"}, "nats-req: z: one argument too many\n"},
        {{"nats-pub", "-nonsense", "x"}, "nats-pub: -nonsense: no such option "},
        {{"nats-sub", "x", "-creds"}, "nats-sub: -creds needs a value\n"},
        {{"nats-sub", "--count", "0", "x"}, "nats-sub: --count: 0 is not a whole number of 1 or more\n"},
        {{"nats-rply", "x"}, "nats-rply: SUBJECT and REPLY are needed\n"},
        {{"nats-req", "-H", "no colon", "x"}, "nats-req: the header 'no colon' is not 'NAME: VALUE'\n"},
        {{"nats-req", "--timeout", "soon", "x"}, "nats-req: --timeout: 'soon' is not a time "},
        {{"nats-req", "--creds", "a", "--nkey", "b", "x"}, "nats-req: --creds and --nkey together: "},
    };
    for (const auto& [words, said] : mistakes) {
        const Outcome outcome = run(words.front(), Words(words.begin() + 1, words.end()));
        CAPTURE(outcome.err);
        CHECK(outcome.exit_code == 2);
        CHECK(outcome.out.empty());
        CHECK_THAT(outcome.err, StartsWith(said) && ContainsSubstring("\nhint: "));
    }
}

TEST_CASE("Command line: help has examples and fits a screen, and the version is printed") {
    for (const std::string program : {"nats-req", "nats-rply", "nats-sub", "nats-pub"}) {
        const Outcome help = run(program, {"--help"});
        CHECK(help.exit_code == 0);
        CHECK(help.err.empty());
        CHECK_THAT(help.out, ContainsSubstring("Examples:\n  " + program) && ContainsSubstring("--creds"));
        CHECK(std::count(help.out.begin(), help.out.end(), '\n') <= 50);
        const Outcome version = run(program, {"--version"});
        CHECK(version.exit_code == 0);
        CHECK_THAT(version.out, StartsWith(program + " 0."));
    }
}

TEST_CASE("Command line: the settings are shown with where they come from, and a password never") {
    support::Command show = command("nats-sub", {"--show-config", "--user", "me", "--password", "hidden"});
    show.environment["NATS_URL"] = "nats://u:hidden@example.com";
    const Outcome outcome = support::run(show);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.out ==
          "server        nats://u:***@example.com  (NATS_URL)\n"
          "user          me  (--user)\n"
          "password      ***  (--password)\n"
          "timeout       5s  (default)\n");
    CHECK(outcome.err ==
          "nats-sub: warning: others can see a password on the command line; use --password-file\n");
}

}  // namespace
}  // namespace natscreds
