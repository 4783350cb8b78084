// nats-chat in a real terminal, as a person uses it: what stands on the screen, and how many keys that takes.
#include <csignal>
#include <regex>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/random.h>
#include <natscreds/chat-client/model/message.h>
#include <support/deployment.h>
#include <support/programs.h>
#include <support/signing.h>
#include <support/talker.h>
#include <support/terminal.h>

namespace natscreds {
namespace {

using support::command;
using support::Talker;
using support::Terminal;
using support::TerminalSize;

/// A screen without what differs from run to run: times, ports, the day, the time left; and a letter with its
/// mark as a reader types it.
std::string steady(std::string screen) {
    const std::pair<const char*, const char*> changes[] = {{R"(\d\d:\d\d)", "12:00"},
                                                           {R"(127\.0\.0\.1:\d+)", "127.0.0.1:4222"},
                                                           {R"(\d+(\.\d)? ms)", "0.5 ms"},
                                                           {R"(credentials \d+ \w+)", "credentials 59 min"},
                                                           {R"((?:─)+ \w+, \d+ \w+ \d+ (?:─)+)", "─ a day ─"},
                                                           {"e\xCC\x81", "é"},
                                                           {R"(\n+$)", "\n"}};
    for (const auto& [what, instead] : changes)
        screen = std::regex_replace(screen, std::regex(what), instead);
    return screen;
}

/// A deployment, and in a terminal the chat of wallyqs.
class Scene {
  public:
    explicit Scene(TerminalSize size = {}) : terminal(size) { deployment_.start_copy("west"); }

    [[nodiscard]] support::Command chat(const std::string& name, const std::string& requester) const {
        return command("nats-chat", {"-s", deployment_.server.url(), "--access", name, "--request-creds",
                                     deployment_.tree.creds(requester)});
    }
    [[nodiscard]] support::Command plain(const std::string& name, const std::string& requester) const {
        support::Command made = chat(name, requester);
        made.argv.emplace_back("--plain");
        return made;
    }
    /// On the screen, and what follows counts as his keystrokes.
    void begin() {
        terminal.start(chat("wallyqs", "requester-0"));
        terminal.sees("-- connected to");
        (void)terminal.take_keystrokes();
    }
    void shows(const std::string& expected) const {
        terminal.until([&](const std::string& screen) { return steady(screen) == expected; },
                       "come to be this:\n" + expected + "but");
    }
    /// Takes credentials into a file, as nats-req does.
    [[nodiscard]] std::string take(const std::string& name, const std::string& requester) const {
        const std::string file = (deployment_.tree.folder() / (name + ".creds")).string();
        REQUIRE(support::run(
                    command("nats-req", {"-s", deployment_.server.url(), "--creds",
                                         deployment_.tree.creds(requester), "--access", name, "-o", file}))
                    .exit_code == 0);
        return file;
    }
    [[nodiscard]] const std::string& url() const { return deployment_.server.url(); }

  private:
    support::Deployment deployment_{support::nats_servers().back()};

  public:
    Terminal terminal;
};

/// wallyqs, and derek who is there already: his presence may come before the screen is up.
struct Pair : Scene {
    explicit Pair(TerminalSize size = {}) : Scene(size), derek(plain("derek", "requester-1")) {
        begin();
        terminal.sees("-- derek is online");
        derek.sees("* wallyqs is online\n");
    }
    Talker derek;
};

/// The modes of the terminal, as a line of text.
std::string modes(Terminal& terminal, const support::TempDir& folder) {
    const std::string file = (folder / "modes").string();
    std::filesystem::remove(file);
    terminal.start({.argv = {"sh", "-c", "stty -g > " + file + ".new && mv " + file + ".new " + file}});
    REQUIRE(support::eventually([&] { return std::filesystem::exists(file); }));
    return support::read_text(file);
}

/// What must hold when a chat is no longer on the screen.
void check_restored(Terminal& terminal) {
    CHECK(support::eventually([&] { return terminal.state("alternate_on") == "0"; }));
    CHECK(terminal.state("cursor_flag") == "1");
    CHECK(terminal.screen().find("#General") == std::string::npos);
}

bool is_gone(int pid) {
    return kill(pid, 0) != 0 ||
           support::read_text("/proc/" + std::to_string(pid) + "/stat").find(") Z ") != std::string::npos;
}

TEST_CASE("Screen: post, switch the channel, answer a direct message, see who is online") {
    Pair scene;
    Terminal& terminal = scene.terminal;
    scene.derek.type("hello wallyqs");
    terminal.sees("derek: hello wallyqs");
    terminal.type("hi");
    terminal.press({"Enter"});
    scene.derek.sees("#KUBECON wallyqs: hi\n");
    terminal.sees("✓");
    CHECK(terminal.take_keystrokes() == 3);
    scene.shows(R"( #KUBECON
1 #KUBECON      │
2 #NATS         │
3 #General      │
                │
online: 2       │
● derek         │
● wallyqs       │
                │
                │
                │
                │
                │
                │
                │
                │
                │
                │─ a day ─
                │12:00           -- connected to nats://127.0.0.1:4222
                │12:00           -- derek is online
                │12:00       derek: hello wallyqs
                │12:00 ✓   wallyqs: hi
 127.0.0.1:4222 | 0.5 ms | credentials 59 min | wallyqs
>
)");

    terminal.press({"M-Down"});
    terminal.sees(" #NATS\n");
    CHECK(terminal.take_keystrokes() == 1);

    scene.derek.type("/msg wallyqs psst");
    terminal.sees("4 @derek ●    @1");
    terminal.press({"M-a"});
    terminal.type("yes?");
    terminal.press({"Enter"});
    scene.derek.sees("@wallyqs: yes?\n");
    CHECK(terminal.take_keystrokes() == 6);
    terminal.sees(" @derek  online, verified as derek");
}

TEST_CASE("Screen: an old message is found, and read while others talk") {
    Pair scene;
    Terminal& terminal = scene.terminal;
    for (int i = 1; i <= 80; ++i)
        scene.derek.type(i == 7 ? "a needle" : "straw " + std::to_string(i));
    terminal.sees("straw 80");
    REQUIRE(terminal.screen().find("needle") == std::string::npos);

    terminal.press({"C-r"});
    terminal.type("needle");
    terminal.sees("derek: a needle");
    CHECK(terminal.take_keystrokes() == 7);
    terminal.sees("straw 6");
    terminal.press({"Escape"});
    terminal.sees("straw 80");
    (void)terminal.take_keystrokes();

    terminal.press({"PPage"});
    terminal.sees_no_more("straw 80");
    const std::string before = terminal.screen();
    scene.derek.type("straw 81");
    terminal.sees("1 new");
    const auto said = [](const std::string& screen) { return screen.substr(0, screen.rfind("straw")); };
    CHECK(said(terminal.screen()) == said(before));
    terminal.press({"M-End"});
    terminal.sees("straw 81");
    CHECK(terminal.take_keystrokes() == 2);
}

TEST_CASE("Screen: twenty lines are pasted after a question, and a name is completed") {
    Pair scene;
    Terminal& terminal = scene.terminal;
    std::string lines;
    for (int i = 1; i <= 20; ++i)
        lines += "line " + std::to_string(i) + "\n";
    terminal.paste(lines);
    terminal.sees("20 lines pasted: Enter sends, Esc discards");
    CHECK(scene.derek.process().out().find("line 1") == std::string::npos);
    terminal.press({"Enter"});
    scene.derek.sees("#KUBECON wallyqs: line 1 / line 2 / ");
    scene.derek.sees(" / line 20\n");
    CHECK(terminal.take_keystrokes() == 2);

    terminal.type("de");
    terminal.press({"Tab"});
    terminal.sees("> derek:");
    terminal.type("thanks");
    terminal.press({"Enter"});
    scene.derek.sees("#KUBECON wallyqs: derek: thanks\n");
    CHECK(terminal.take_keystrokes() == 10);
}

TEST_CASE("Screen: it fits into 40 columns and 10 rows, and is the same again after it was small") {
    Pair scene;
    Terminal& terminal = scene.terminal;
    scene.derek.type("漢字 and e\xCC\x81 and 한국어 line up, and what is too long goes on below");
    terminal.sees("goes on");
    terminal.type("漢字e\xCC\x81한");
    terminal.sees("> 漢字");
    CHECK(terminal.state("cursor_x") == "9");
    const std::string large = steady(terminal.screen());

    terminal.resize({.columns = 40, .rows = 10});
    scene.shows(R"( #KUBECON  online: 2
─ a day ─
12:00 -- connected to
      nats://127.0.0.1:4222
12:00 -- derek is online
12:00 derek: 漢字 and é and 한국어 line
      up, and what is too long goes on
      below
 127.0.0.1:4222 | 0.5 ms | wallyqs
> 漢字é한
)");
    CHECK(terminal.state("cursor_x") == "9");
    CHECK(terminal.take_keystrokes() == 5);
    terminal.resize({.columns = 80, .rows = 24});
    scene.shows(large);

    terminal.resize({.columns = 40, .rows = 10});
    terminal.press({"F2"});
    terminal.sees("-- online: derek wallyqs");
    CHECK(terminal.take_keystrokes() == 1);
}

TEST_CASE("Screen: one leaves with two keys, and the terminal is as it was") {
    const support::TempDir folder;
    Scene scene;
    const std::string before = modes(scene.terminal, folder);
    Talker derek(scene.plain("derek", "requester-1"));
    scene.begin();
    derek.sees("* wallyqs is online\n");
    scene.terminal.press({"C-c", "C-c"});
    CHECK(scene.terminal.take_keystrokes() == 2);
    derek.sees("* wallyqs has left\n");
    check_restored(scene.terminal);
    CHECK(modes(scene.terminal, folder) == before);
}

TEST_CASE("Screen: SIGTERM and Ctrl-Z give the terminal back, and fg takes it again") {
    const support::TempDir folder;
    Scene scene;
    Terminal& terminal = scene.terminal;
    const std::string before = modes(terminal, folder);
    Talker derek(scene.plain("derek", "requester-1"));
    scene.begin();

    terminal.press({"C-z"});
    check_restored(terminal);
    CHECK(modes(terminal, folder) == before);
    derek.type("while you were away");
    terminal.type("fg");
    terminal.press({"Enter"});
    terminal.sees("derek: while you were away");
    terminal.type("back");
    terminal.press({"Enter"});
    derek.sees("#KUBECON wallyqs: back\n");

    kill(terminal.program(), SIGTERM);
    derek.sees("* wallyqs has left\n");
    check_restored(terminal);
    CHECK(modes(terminal, folder) == before);
}

TEST_CASE("Screen: when the terminal is closed the chat says goodbye and ends") {
    Pair scene;
    const int pid = scene.terminal.program();
    scene.terminal.close();
    scene.derek.sees("* wallyqs has left\n");
    CHECK(support::eventually([&] { return is_gone(pid); }));
}

TEST_CASE(
    "Screen: channels that were joined and left, their order and a draft are there again at the next start") {
    Scene scene;
    const support::TempDir state;
    support::Command chat = scene.chat("wallyqs", "requester-0");
    chat.environment["XDG_STATE_HOME"] = state.path().string();
    const auto type = [&](const std::string& line) {
        scene.terminal.type(line);
        scene.terminal.press({"Enter"});
    };
    scene.terminal.start(chat);
    scene.terminal.sees("-- connected to");
    type("/leave NATS");
    type("/join Lisbon");
    scene.terminal.sees(" #Lisbon\n1 #KUBECON      │\n2 #General      │\n3 #Lisbon       │\n");
    scene.terminal.type("half a thought");
    scene.terminal.press({"C-x", "C-c"});
    check_restored(scene.terminal);

    const std::filesystem::path folder = state / "natscreds";
    std::size_t kept = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().string().ends_with(".rooms.json")) ++kept;
        CHECK((entry.status().permissions() & std::filesystem::perms::all) ==
              (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    }
    CHECK(kept == 1);

    scene.terminal.start(chat);
    scene.terminal.sees(" #Lisbon\n1 #KUBECON      │\n2 #General      │\n3 #Lisbon       │\n");
    scene.terminal.sees("> half a thought");
}

TEST_CASE(
    "Screen: the terminal's window has the room's name and what is unread, and its own again afterwards") {
    Pair scene;
    const auto titled = [&](const std::string& title) {
        return support::eventually([&] { return scene.terminal.state("pane_title") == title; });
    };
    CHECK(titled("#KUBECON - nats-chat"));
    scene.derek.type("/msg wallyqs psst");
    CHECK(titled("(1) #KUBECON - nats-chat"));
    scene.terminal.press({"C-c", "C-c"});
    check_restored(scene.terminal);
    CHECK(scene.terminal.state("pane_title").find("nats-chat") == std::string::npos);
}

TEST_CASE("Screen: the mouse is the chat's for its wheel, unless one wants it otherwise, and is given back") {
    Scene scene;
    scene.begin();
    CHECK(support::eventually([&] { return scene.terminal.state("mouse_any_flag") == "1"; }));
    scene.terminal.type("/set mouse off");
    scene.terminal.press({"Enter"});
    CHECK(support::eventually([&] { return scene.terminal.state("mouse_any_flag") == "0"; }));
    scene.terminal.type("/set mouse on");
    scene.terminal.press({"Enter"});
    CHECK(support::eventually([&] { return scene.terminal.state("mouse_any_flag") == "1"; }));
    scene.terminal.press({"C-c", "C-c"});
    check_restored(scene.terminal);
    CHECK(scene.terminal.state("mouse_any_flag") == "0");
}

TEST_CASE("Screen: on a dumb terminal it is plain, and with NO_COLOR without colours") {
    Scene scene;
    support::Command chat =
        command("nats-chat", {"-s", scene.url(), "--creds", scene.take("wallyqs", "requester-0")});
    chat.environment["TERM"] = "dumb";
    scene.terminal.start(chat);
    scene.terminal.sees("* connected to");
    CHECK(scene.terminal.state("alternate_on") == "0");
    scene.terminal.type("/quit");
    scene.terminal.press({"Enter"});
    CHECK(support::eventually([&] { return scene.terminal.state("pane_current_command") != "nats-chat"; }));

    const std::regex colour("\x1b\\[([0-9;]*;)?(3[0-7]|9[0-7])m");
    chat.environment = {{"NO_COLOR", "1"}};
    scene.terminal.start(chat);
    scene.terminal.sees("-- connected to");
    CHECK_FALSE(std::regex_search(scene.terminal.styled_screen(), colour));
    scene.terminal.press({"C-c", "C-c"});
    check_restored(scene.terminal);

    chat.environment.clear();
    scene.terminal.start(chat);
    scene.terminal.sees("-- connected to");
    CHECK(std::regex_search(scene.terminal.styled_screen(), colour));
}

TEST_CASE("Screen: a direct message of a stranger is shown as a stranger's, and can be answered") {
    Scene scene;
    const std::string creds = scene.take("wallyqs", "requester-0");
    const std::string post = scene.take("poster", "requester-1");
    scene.terminal.start(command("nats-chat", {"-s", scene.url(), "--creds", creds}));
    scene.terminal.sees("-- connected to");

    const nkeys::SigningKey stranger = support::new_key(nkeys::Kind::user);
    const nkeys::PublicKey self = jwt::Credentials::load(creds)->key().public_key();
    const std::string name = "mallory";
    const std::string body =
        chat::encode_direct({.id = "1", .text = "do you know me?"}, self,
                            {.key = stranger, .name = name, .now = support::real_time()});
    const support::Outcome sent = support::run(
        command("nats-pub", {"-s", scene.url(), "--creds", post, "chat.KUBECON.dms." + self.text(), body}));
    REQUIRE(sent.exit_code == 0);

    scene.terminal.sees("4 @mallory? ○ @1");
    scene.terminal.press({"M-a"});
    scene.terminal.sees("mallory? (plain): do you know me?");
    scene.terminal.type("/insecure mallory");
    scene.terminal.press({"Enter"});
    scene.terminal.sees("plain messages may be sent to mallory?");
    scene.terminal.type("no");
    scene.terminal.press({"Enter"});
    scene.terminal.sees("wallyqs (plain): no");
    scene.terminal.sees("✓");
}

}  // namespace
}  // namespace natscreds
