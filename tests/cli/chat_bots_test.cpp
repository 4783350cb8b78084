// nats-chat --plain --json, and the bot that speaks through it, as processes on a real server.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <sstream>

#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/vouched_tree.h>

namespace natscreds {
namespace {

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::json;
using support::command;
using support::Talker;
using Words = std::vector<std::string>;

/// A service with a ledger, and chats with credentials that were taken before.
struct BotScene {
    BotScene()
        : server(support::nats_servers().back(), {.config = tree.server_config()}),
          config(tree.write_policy("west", {.more = "[ledger]\nstore = \"sqlite:names.db\"\n"}).string()),
          service(command("nats-provisioner", {"-s", server.url(), "--config", config})) {
        service.wait_for_output("serving chat.req.access.*.*");
    }

    /// The arguments of a chat that is called so.
    [[nodiscard]] Words chat_of(const std::string& name) const {
        const std::string creds = (tree.folder() / (name + ".creds")).string();
        const support::Outcome taken =
            support::run(command("nats-req", {"-s", server.url(), "--creds", tree.creds("requester-0"),
                                              "--access", name, "-o", creds}));
        if (taken.exit_code != 0) throw std::runtime_error(taken.err);
        return {"-s", server.url(), "--creds", creds, "--channel", "NATS"};
    }
    [[nodiscard]] support::Command chat(const std::string& name, Words more = {}) const {
        more.emplace_back("--plain");
        const Words words = chat_of(name);
        more.insert(more.end(), words.begin(), words.end());
        return command("nats-chat", more);
    }

    support::VouchedTree tree;
    support::NatsServer server;
    std::string config;
    support::Process service;
};

/// The first line of what was printed that has this in it, as JSON.
Json line_with(const std::string& printed, const std::string& part) {
    std::istringstream lines(printed);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(part) != std::string::npos) return Json::parse(line);
    }
    return {};
}

}  // namespace

TEST_CASE("Bots: what people say comes as an object a line, and what a bot asks for is said and answered") {
    const BotScene scene;
    Talker bot(scene.chat("bot", {"--json"}));
    Talker derek(scene.chat("derek"));
    bot.sees(R"("text":"derek is online")");
    derek.sees("* bot is online\n");

    derek.type("hello bot");
    bot.sees("hello bot");
    const std::string printed = bot.process().out();
    const Json hello = Json::parse(printed.substr(0, printed.find('\n')));
    CHECK(hello.at("event") == "hello");
    CHECK(hello.at("v") == 1);
    CHECK(hello.at("name") == "bot");
    const Json heard = line_with(printed, "hello bot");
    CHECK(heard.at("event") == "message");
    CHECK(heard.at("channel") == "NATS");
    CHECK(heard.at("from").at("name") == "derek");
    CHECK(heard.at("from").at("verified") == true);
    CHECK(heard.at("mentions_me") == true);

    bot.type(Json{{"do", "reply"},
                  {"channel", "NATS"},
                  {"text", "hello you"},
                  {"id", heard.at("id")},
                  {"key", heard.at("from").at("key")},
                  {"tag", "first"}}
                 .dump());
    derek.sees("#NATS bot: hello you\n");
    bot.sees(R"("tag":"first")");
    const Json answer = line_with(bot.process().out(), R"("tag":"first")");
    CHECK(answer.at("ok") == true);

    bot.type(
        Json{{"do", "edit"}, {"channel", "NATS"}, {"text", "hello derek"}, {"id", answer.at("id")}}.dump());
    derek.sees("* #NATS bot now says: hello derek\n");
    bot.type(R"({"do":"say","to":"derek","text":"psst"})");
    derek.sees("@bot: psst\n");
    bot.type(R"({"do":"shout"})");
    bot.sees(R"("error":"do: expected one of say, act, reply)");
    bot.type(R"({"do":"command","text":"/quit"})");
    CHECK(bot.process().wait().exit_code == 0);
}

TEST_CASE("Bots: --json goes with --plain") {
    const support::Outcome outcome = support::run(command("nats-chat", {"--json", "--creds", "any.creds"}));
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("--json goes with --plain"));
}

TEST_CASE("Bots: examples/who-has.sh answers who has a name, from the ledger") {
    const BotScene scene;
    Words words{support::source_root() + "/examples/who-has.sh",
                "-s",
                scene.server.url(),
                "--config",
                scene.config,
                "--"};
    const Words chat = scene.chat_of("bot");
    words.insert(words.end(), chat.begin(), chat.end());
    Talker derek(scene.chat("derek"));
    support::Command bot{.argv = words};
    bot.environment = {
        {"PATH", support::program("nats-chat").substr(0, support::program("nats-chat").rfind('/')) +
                     ":/usr/bin:/bin"},
        {"XDG_STATE_HOME", "/dev/null/state"}};
    const support::Process running(bot);
    derek.sees("* bot is online\n");

    // Who is online hears what is written to them alone; the channel it may hear a moment later.
    derek.type("/msg bot !who has derek?");
    derek.sees("@bot: derek is held: it is ");
    derek.type("/join NATS");
    derek.type("!who has nobody-yet");
    derek.sees("#NATS bot: I cannot say who has nobody-yet: ");
    derek.type("!who has $(reboot)");
    derek.type("!who has bot");
    derek.sees("#NATS bot: bot is held: it is ");
    CHECK_THAT(derek.process().out(), !ContainsSubstring("reboot"));
}

}  // namespace natscreds
