// What was said before: kept by a stream that nsctl makes, read by those who have a role of the chat, on each release.
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <natscreds/bus/connection.h>
#include <natscreds/bus/stored.h>
#include <support/nats_server.h>
#include <support/process.h>
#include <support/programs.h>
#include <support/talker.h>
#include <support/terminal.h>
#include <support/test_data.h>

#include "kept_chat.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

class Kept : public test::KeptChat {
  public:
    explicit Kept(const support::ServerBinary& binary, const std::string& history = "--history 30d")
        : KeptChat(binary, history) {}

    void keep(const std::string& more = "") const {
        (void)out("nsctl provisioning history -s " + url() + " " + more);
    }

    /// So many lines of somebody's, each confirmed by the server.
    void say(const std::string& name, const std::string& lines) const {
        (void)out("printf '" + lines + "' | nats-chat --plain -s " + url() + " --creds " + name +
                  ".creds --channel KUBECON");
    }
    [[nodiscard]] support::Command screen(const std::string& name) const {
        support::Command made = support::command("nats-chat", {"-s", url(), "--creds", creds(name)});
        made.environment["XDG_STATE_HOME"] = (folder / "state").string();
        return made;
    }
};

bus::Message asking(const std::string& subject, const std::string& body) {
    bus::Message message;
    message.subject = subject;
    message.body = body;
    return message;
}

std::string numbered(int from, int to) {
    std::string lines;
    for (int i = from; i <= to; ++i)
        lines += "line " + std::to_string(i) + " of the day\\n";
    return lines;
}

}  // namespace

TEST_CASE("Chat history: a role of the chat reads by direct gets, and may do nothing else of JetStream") {
    const Kept kept(GENERATE(from_range(support::nats_servers())));
    CHECK_THAT(kept.out("cat service/NEXT"),
               ContainsSubstring("nsctl provisioning history -a KUBECON --age 30d"));
    kept.keep();
    kept.say("derek", "hello\\n");
    bus::Connection ann = kept.connection("ann");
    const auto page =
        bus::read_stored(ann, {.stream = "CHAT_KUBECON", .subject = "chat.KUBECON.posts.*"}, 5000ms);
    REQUIRE(page);
    CHECK(page->messages.size() == 1);

    const std::string inbox = ann.new_inbox();
    const std::string push =
        R"({"stream_name":"CHAT_KUBECON","config":{"deliver_subject":"_INBOX.x","durable_name":"d"}})";
    for (const char* api :
         {"INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.INFO.CHAT_KUBECON", "STREAM.CREATE.CHAT_OTHER",
          "STREAM.UPDATE.CHAT_KUBECON", "STREAM.DELETE.CHAT_KUBECON", "STREAM.PURGE.CHAT_KUBECON",
          "STREAM.MSG.GET.CHAT_KUBECON", "STREAM.MSG.DELETE.CHAT_KUBECON", "DIRECT.GET.CHAT_OTHER",
          "CONSUMER.CREATE.CHAT_KUBECON", "CONSUMER.CREATE.CHAT_KUBECON.d",
          "CONSUMER.CREATE.CHAT_KUBECON.d.chat.KUBECON.posts.NATS", "CONSUMER.DURABLE.CREATE.CHAT_KUBECON.d",
          "CONSUMER.MSG.NEXT.CHAT_KUBECON.d", "CONSUMER.NAMES.CHAT_KUBECON"}) {
        CAPTURE(api);
        const auto answer = ann.request(asking("$JS.API." + std::string(api), push), 5000ms);
        REQUIRE_FALSE(answer);
        CHECK(answer.error().code == bus::Errc::permission_denied);
    }
}

TEST_CASE(
    "Chat history: a role that was there before may read, too; the limits can be changed, and init again "
    "adds nothing") {
    const Kept kept(support::nats_servers().back(), "");
    const std::string again = "nsctl provisioning init -a KUBECON --role chat --history 30d -o service";
    CHECK(kept.out(again + " --diff")
              .starts_with("+ JetStream of account KUBECON\n+ reading of the history by the role chat of "
                           "account KUBECON\n"));
    (void)kept.out(again);
    CHECK(kept.out(again + " --diff").find("+ ") == std::string::npos);
    CHECK_THAT(kept("nsctl provisioning history -s " + kept.url()).err,
               ContainsSubstring("JetStream: neither the servers nor the account"));
    CHECK_THAT(kept("nsctl provisioning init -a KUBECON --role service --history 30d -o other").err,
               ContainsSubstring("--history 30d: none of the roles is a chat's"));
    CHECK_THAT(kept("nsctl provisioning init -a KUBECON --history soon -o other").err,
               ContainsSubstring("--history"));
    CHECK_THAT(kept("nsctl provisioning history --age 1s -s " + kept.url()).err, ContainsSubstring("--age"));
}

TEST_CASE("Chat history: the command makes the stream, and gives the one that is there other limits") {
    const Kept whole(support::nats_servers().back());
    const auto first = whole("nsctl provisioning history -s " + whole.url());
    CHECK_THAT(first.err, ContainsSubstring("made stream CHAT_KUBECON"));
    const auto second = whole("nsctl provisioning history --messages 5 --age 7d -s " + whole.url());
    CHECK_THAT(second.err, ContainsSubstring("changed stream CHAT_KUBECON"));
    whole.say("derek", numbered(1, 9));
    bus::Connection ann = whole.connection("ann");
    CHECK(bus::read_stored(ann, {.stream = "CHAT_KUBECON", .subject = "chat.KUBECON.posts.KUBECON"}, 5000ms)
              .value()
              .messages.size() == 5);
}

TEST_CASE("Chat history: who comes late sees what was said, scrolls up to all of it, and finds a decision") {
    const Kept kept(GENERATE(from_range(support::nats_servers())));
    kept.keep();
    kept.say("derek", "we take the blue one\\n" + numbered(1, 350));
    support::Terminal terminal;
    terminal.start(kept.screen("ann"));
    terminal.sees("derek: line 350 of the day");
    (void)terminal.take_keystrokes();

    terminal.type("/search BLUE");
    terminal.press({"Enter"});
    terminal.sees("1 found for \"BLUE\" in #KUBECON, among");
    terminal.sees("derek: we take the blue one");
    CHECK(terminal.take_keystrokes() == 13);
    terminal.press({"Escape"});
    terminal.sees_no_more("blue one");

    // Each goes to the oldest line that is here, and fetches what is above.
    for (int i = 0; i < 3; ++i)
        terminal.press({"M-Home"});
    terminal.until(
        [&](const std::string& screen) {
            if (contains(screen, "derek: we take the blue one")) return true;
            terminal.press({"M-Home"});
            return false;
        },
        "show the oldest message");
}

TEST_CASE("Chat history: the line of the unread stands where one left off") {
    const Kept kept(support::nats_servers().back());
    kept.keep();
    kept.say("derek", "one\\ntwo\\n");
    support::Terminal terminal;
    terminal.start(kept.screen("ann"));
    terminal.sees("derek: two");
    terminal.type("/quit");
    terminal.press({"Enter"});
    terminal.sees_no_more("derek: two");
    kept.say("derek", "three\\nfour\\n");
    terminal.start(kept.screen("ann"));
    terminal.sees("derek: four");
    terminal.until(
        [](const std::string& screen) {
            const std::size_t unread = screen.find(" unread ");
            return unread != std::string::npos && screen.find("derek: two") < unread &&
                   screen.find("derek: three") > unread && screen.find("derek: three") != std::string::npos;
        },
        "have the line between two and three");
}

TEST_CASE("Chat history: where nothing is kept that is said once, to those who read back") {
    const Kept kept(support::nats_servers().back());
    kept.say("derek", "gone\\n");
    support::Terminal terminal({.columns = 80, .rows = 10});
    terminal.start(kept.screen("ann"));
    terminal.sees("-- connected to");
    kept.say("derek", numbered(1, 30));
    terminal.sees("derek: line 30 of the day");
    terminal.press({"M-Home"});
    terminal.sees("what was said before is not kept here");
    CHECK(terminal.screen().find("gone") == std::string::npos);
}
