// --completion and --man, in the shells and in man themselves: both come from the table that --help comes from.
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/cli/console/completion.h>
#include <support/odd_tool.h>
#include <support/programs.h>
#include <support/terminal.h>

#include "completion_shells.h"

using namespace natscreds;
using namespace natscreds::test;

namespace {

using Words = std::vector<std::string>;
using Set = std::set<std::string>;

const Words programs{"nsctl",    "nats-req",  "nats-rply",       "nats-sub",
                     "nats-pub", "nats-chat", "nats-provisioner"};

/// These are offered and told of with the program alone, and not behind the words of its commands.
const Set of_programs{"--version", "--completion", "--man"};

Words with(Words words, const std::string& more) {
    words.push_back(more);
    return words;
}

std::string joined(const Words& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

std::string output(const Words& words) {
    const support::Outcome outcome =
        support::run(support::command(words.front(), Words(words.begin() + 1, words.end())));
    REQUIRE(outcome.exit_code == 0);
    REQUIRE(outcome.err.empty());
    return outcome.out;
}

/// What a help tells of: options by their words, and commands.
struct Help {
    Set options;
    Words commands;
};

Help help_of(const Words& words) {
    // Of the other programs there is one help.
    if (words.front() != "nsctl" && words.size() > 1) return {};
    static const std::regex heading("(\\[.*\\]|[A-Za-z ]+:)");
    Help help;
    std::string section;
    std::istringstream lines(output(with(words, "--help")));
    for (std::string line; std::getline(lines, line);) {
        if (line.find_first_not_of(' ') == std::string::npos) continue;
        if (line[0] != ' ') section = std::regex_match(line, heading) ? line : "";
        const std::size_t begin = line.find_first_not_of(' ');
        const std::string first = line.substr(begin, line.find(' ', begin) - begin);
        const std::size_t word = first.find("--");
        if (section == "Subcommands:" && begin == 2) {
            help.commands.push_back(first.substr(0, first.find(',')));
        } else if (!section.empty() && first[0] == '-' && word != std::string::npos) {
            help.options.insert(first.substr(word));
        }
    }
    return help;
}

/// What should be offered, by the line; `inherited` are the options of the commands before.
void collect(const Words& words, const Set& inherited, Offers& expected) {
    const Help help = help_of(words);
    Set options = help.options;
    options.insert(inherited.begin(), inherited.end());
    if (!help.options.empty()) expected[joined(words) + " --"] = options;
    if (words.size() == 1)
        std::erase_if(options, [](const std::string& o) { return of_programs.contains(o); });
    if (!help.commands.empty())
        expected[joined(words) + " "] = Set(help.commands.begin(), help.commands.end());
    for (const std::string& below : help.commands)
        collect(with(words, below), options, expected);
}

Words lines_of(const Offers& offers) {
    Words lines;
    for (const auto& [line, words] : offers)
        lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("Completion: in each shell each command of each program offers what its help tells of") {
    const std::string shell = GENERATE("bash", "zsh", "fish");
    const CompletingShell completing(shell);
    for (const std::string& program : programs) {
        Offers expected;
        collect({program}, {}, expected);
        const Offers offers = completing.offers(output({program, "--completion", shell}), lines_of(expected));
        for (const auto& [line, words] : expected) {
            CAPTURE(shell, line);
            CHECK(offers.at(line) == words);
        }
    }
}

TEST_CASE("Completion: in each shell values are offered where they are known") {
    const std::string shell = GENERATE("bash", "zsh", "fish");
    const CompletingShell completing(shell);
    const std::map<std::string, Offers> all{
        {"nsctl",
         {{"nsctl create us", {"user", "users"}},
          {"nsctl add user edit", {}},
          {"nsctl -K edit sel", {"select"}},
          {"nsctl --data-dir=x edit us", {"user"}},
          {"nsctl edit user --conn-type ST", {"STANDARD"}},
          {"nsctl edit user -J --conn-type=MQ", {"MQTT", "MQTT_WS"}},
          {"nsctl edit user --bearer=", {"true", "false"}},
          {"nsctl edit user --vers", {}},
          {"nsctl edit user -- --al", {}},
          {"nsctl add export --adv", {}},
          {"nsctl --completion ", {"bash", "zsh", "fish"}}}},
        {"nats-provisioner",
         {{"nats-provisioner deny ", {"name", "key", "requester"}},
          {"nats-provisioner --config f.toml deny name ", {}},
          {"nats-provisioner audit v", {"verify"}}}},
    };
    for (const auto& [program, expected] : all) {
        const Offers offers = completing.offers(output({program, "--completion", shell}), lines_of(expected));
        for (const auto& [line, words] : expected) {
            CAPTURE(shell, line);
            CHECK(offers.at(line) == words);
        }
    }
}

TEST_CASE("Completion: files and folders are offered where they are asked for") {
    const std::string shell = GENERATE("bash", "zsh", "fish");
    const CompletingShell completing(shell);
    completing.folder.write("known.jwt", "");
    completing.folder.write("known.d/file", "");
    const std::string file = "nsctl add operator --url kno";
    const std::string folder = "nsctl add operator --data-dir kno";
    const std::string further = "nsctl reload --watch known.jwt known.j";
    const std::string text = "nsctl add operator --name kno";
    const Offers offers =
        completing.offers(output({"nsctl", "--completion", shell}), {file, folder, further, text});
    const bool left_to_readline = shell == "bash";
    CHECK(offers.at(file).contains(left_to_readline ? "default" : "known.jwt"));
    CHECK(offers.at(further) == Set{left_to_readline ? "default" : "known.jwt"});
    CHECK(offers.at(folder).size() == 1);
    CHECK(offers.at(folder).begin()->starts_with(left_to_readline ? "dirnames" : "known.d"));
    CHECK(offers.at(text).empty());
}

TEST_CASE(
    "Completion: in each shell texts with quotes, brackets and the like are offered and shown as they are") {
    const std::string shell = GENERATE("bash", "zsh", "fish");
    const CompletingShell completing(shell);
    support::OddValues values;
    const std::string script = console::completion(support::odd_tool(values), shell).value();
    const Words lines{"odd-tool s", "odd-tool sub_part --t", "odd-tool --quoted ", "odd-tool kinds name kno"};
    completing.folder.write("known", "");
    const Offers offers = completing.offers(script, lines);
    CHECK(offers.at(lines[0]) == Set{"sub-part"});
    CHECK(offers.at(lines[1]) == Set{"--text"});
    CHECK(offers.at(lines[2]) == Set{"a b", "it's", "$HOME", "x:y", "plain"});
    CHECK(offers.at(lines[3]) == Set{shell == "bash" ? "default" : "known"});
    if (shell == "bash") return;
    const std::string answers = completing.answers(script, {lines[0], lines[1]});
    const std::string between = shell == "zsh" ? "  -- " : "\t";
    CAPTURE(answers);
    CHECK(answers.find("sub-part" + between + support::odd_help + "\n") != std::string::npos);
    CHECK(answers.find("--text" + between + support::odd_help + "\n") != std::string::npos);
}

TEST_CASE("Completion: at a terminal the Tab key completes words, values behind = and files") {
    const std::string shell = GENERATE("bash", "zsh");
    const support::TempDir folder;
    folder.write("known file.jwt", "");
    folder.write("completion", output({"nsctl", "--completion", shell}));
    const std::string here = folder.path().string();
    const std::string begin = "PS1='> '\ncd " + here + "\n";
    folder.write(".zshrc", begin + "autoload -Uz compinit && compinit -D -u\n. ./completion\n");
    folder.write("bashrc", begin + ". ./completion\n");
    support::Terminal terminal;
    terminal.start(
        {.argv = shell == "zsh" ? Words{"zsh", "-d", "-i"} : Words{"bash", "--rcfile", here + "/bashrc"},
         .environment = {{"ZDOTDIR", here}}});
    terminal.sees("\n>");
    terminal.type("nsctl ed");
    terminal.press({"Tab"});
    terminal.sees("nsctl edit");
    terminal.type("us");
    terminal.press({"Tab"});
    terminal.sees("nsctl edit user");
    terminal.type(" --bearer=f");
    terminal.press({"Tab"});
    terminal.sees("--bearer=false");
    terminal.press({"C-u"});
    terminal.type("nsctl add operator --url=kno");
    terminal.press({"Tab"});
    terminal.sees("--url=known\\ file.jwt");
}

namespace {

/// A page as man shows it.
std::string shown_page(const std::string& program) {
    const support::TempDir folder;
    const std::string file = folder.write(program + ".1", output({program, "--man"})).string();
    const support::Outcome shown =
        support::run({.argv = {"man", "-l", "--warnings", file},
                      .environment = {{"MANWIDTH", "120"}, {"LC_ALL", "C.UTF-8"}, {"MANOPT", std::nullopt}}});
    CAPTURE(program);
    CHECK(shown.exit_code == 0);
    CHECK(shown.err.empty());
    return shown.out;
}

/// The part of a page that is a command's own; the page itself for a program.
std::string part_of(const std::string& page, const Words& words) {
    if (words.size() == 1) return page.substr(0, page.find("\nCOMMANDS\n"));
    const std::size_t begin = page.find("\n   " + joined(words) + "\n");
    REQUIRE(begin != std::string::npos);
    return page.substr(begin, page.find("\n   " + words.front(), begin + 1) - begin);
}

void check_page(const std::string& page, const Words& words) {
    const Help help = help_of(words);
    if (words.size() == 1 || (help.commands.empty() && !help.options.empty())) {
        const std::string part = part_of(page, words);
        for (const std::string& option : help.options) {
            if (option == "--help" && words.size() > 1) continue;
            CAPTURE(joined(words), option);
            CHECK(std::regex_search(part, std::regex("\n +(-., )?" + option + "($|[ \n\\[])")));
        }
    }
    for (const std::string& below : help.commands)
        check_page(page, with(words, below));
}

}  // namespace

TEST_CASE("Manual page: man has nothing to warn of, and shows each option of each command's help") {
    for (const std::string& program : programs)
        check_page(shown_page(program), {program});
}
