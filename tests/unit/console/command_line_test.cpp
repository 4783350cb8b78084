#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/bus/errc.h>
#include <natscreds/cli/console/command_line.h>

namespace natscreds::console {
namespace {

using Words = std::vector<std::string>;

/// One of everything.
struct Values {
    std::string text = "as before";
    std::optional<std::string> maybe_text;
    std::filesystem::path file;
    Words again;
    Words list;
    Words files;
    std::int64_t number = 0;
    std::optional<std::int64_t> maybe_number;
    std::uint64_t count = 1;
    std::optional<std::uint64_t> maybe_count;
    bool flag = false;
    std::optional<bool> answer;
    bool called = false;
    std::string even;
    std::string kind;
    std::string argument;
    Words arguments;
};

base::Status take_even(const std::string& word, std::string& even) {
    if (word.empty() || (word.back() - '0') % 2 != 0)
        return base::Error{bus::Errc::bad_option, word + " is odd"};
    even = word;
    return {};
}

Command command_of(Values& values) {
    return {
        .words = "tool",
        .summary = "Does things.",
        .options =
            {
                {"-h,--help", Help{}, "print this help"},
                {"--version", Version{"tool 1.0"}, "print the version"},
                {"-t,--text", &values.text, "a text"},
                {"--maybe-text", &values.maybe_text, "a text or none"},
                {"--file", &values.file, "a file", Takes::file, "FILE"},
                {"-a,--again", &values.again, "a text each"},
                {.names = "-l,--list", .to = &values.list, .help = "texts", .several = Several::commas},
                {.names = "--files", .to = &values.files, .help = "files", .several = Several::words},
                {"--number", &values.number, "a number"},
                {.names = "--maybe-number",
                 .to = &values.maybe_number,
                 .help = "a number or none",
                 .range = Range{2, 5}},
                {.names = "--count", .to = &values.count, .help = "so often", .value = "N", .range = Range{}},
                {"--maybe-count", &values.maybe_count, "so often or not"},
                {"-f,--flag", &values.flag, "a flag"},
                {.names = "--answer", .to = &values.answer, .help = "yes or no", .excludes = {"--flag"}},
                {"--call", [&values] { values.called = true; }, "a call"},
                {.names = "--even",
                 .to = [&values](const std::string& word) { return take_even(word, values.even); },
                 .help = "an even number",
                 .last_wins = true},
                {.names = "--kind", .to = &values.kind, .help = "a kind", .choices = {"name", "key"}},
                {.names = "--secret-handshake",
                 .to = &values.maybe_text,
                 .help = "none of it",
                 .hidden = true},
                {.names = "ARGUMENT", .to = &values.argument, .help = "what it is done to", .value = ""},
                {"more", &values.arguments, "and to what else"},
            },
        .notes = "It does them well.",
        .examples = {"tool --flag", "tool --count 2"},
        .more = "And it ends.",
    };
}

/// What is read from these words; a mistake is said.
struct Read {
    Values values;
    std::string wrong;
};

Read read(const Words& words) {
    Read read;
    const Reading reading = parse(command_of(read.values), words);
    if (const auto* const complaint = std::get_if<Complaint>(&reading)) {
        read.wrong = complaint->text;
        for (const std::string& word : complaint->unknown)
            read.wrong += "(unknown: " + word + ")";
    }
    return read;
}

Values right(const Words& words) {
    Read result = read(words);
    REQUIRE(result.wrong.empty());
    return std::move(result.values);
}

TEST_CASE("Commands: what is not given stays as it was") {
    const Values values = right({});
    CHECK(values.text == "as before");
    CHECK(!values.maybe_text);
    CHECK(values.count == 1);
    CHECK(!values.answer);
    CHECK(!values.called);
}

TEST_CASE("Commands: each kind of value goes where the option says") {
    CHECK(right({"--text", "a b"}).text == "a b");
    CHECK(right({"-t", ""}).text.empty());
    CHECK(right({"--maybe-text", "a"}).maybe_text == "a");
    CHECK(right({"--maybe-text", ""}).maybe_text == "");
    CHECK(right({"--file=/a/b"}).file == "/a/b");
    CHECK(right({"--number", "-7"}).number == -7);
    CHECK(right({"--maybe-number", "5"}).maybe_number == 5);
    CHECK(right({"--count", "7"}).count == 7);
    CHECK(right({"--maybe-count=9"}).maybe_count == 9U);
    CHECK(right({"-f"}).flag);
    CHECK(right({"--answer"}).answer == true);
    CHECK(right({"--answer=false"}).answer == false);
    CHECK(right({"--call"}).called);
    CHECK(right({"--even", "4"}).even == "4");
    CHECK(right({"--kind", "key"}).kind == "key");
}

TEST_CASE("Commands: options with several values") {
    CHECK(right({"-a", "1,2", "--again", "3", "x"}).again == Words{"1,2", "3"});
    CHECK(right({"-l", "1,2", "--list", "3", "x"}).list == Words{"1", "2", "3"});
    CHECK(right({"--list", ""}).list == Words{""});
    CHECK(right({"--files", "1", "2", "--flag"}).files == Words{"1", "2"});
    CHECK(right({"--even", "2", "--even", "4"}).even == "4");
}

TEST_CASE("Commands: arguments go by their places, and -- begins them") {
    const Values values = right({"a", "--flag", "b", "--", "--text"});
    CHECK(values.argument == "a");
    CHECK(values.arguments == Words{"b", "--text"});
    CHECK(values.text == "as before");
}

TEST_CASE("Commands: a wrong value is said with the option's name") {
    CHECK(read({"--number", "x"}).wrong == "Could not convert: --number = x");
    CHECK(read({"--maybe-number", "6"}).wrong == "--maybe-number: Value 6 not in range 2 to 5");
    CHECK(read({"--count", "0"}).wrong == "--count: 0 is not a whole number of 1 or more");
    CHECK(read({"--count", "1.5"}).wrong == "--count: 1.5 is not a whole number of 1 or more");
    CHECK(read({"--even", "3"}).wrong ==
          "--even: " + base::Error{bus::Errc::bad_option, "3 is odd"}.message());
    CHECK(read({"--kind", "foo"}).wrong == "--kind: foo not in {name,key}");
    CHECK(read({"--text"}).wrong == "--text: 1 required TEXT missing");
    CHECK(read({"--text", "1", "--text", "2"}).wrong == "--text: At Most 1 required but received 2");
}

TEST_CASE("Commands: a switch that is given something else ends nothing") {
    CHECK(read({"--answer=maybe"}).wrong == "Could not convert: --answer = maybe");
    CHECK(read({"--flag=maybe"}).wrong == "Could not convert: --flag = maybe");
}

TEST_CASE("Commands: options that exclude each other") {
    const Words words = GENERATE(Words{"--flag", "--answer"}, Words{"--answer", "--flag"});
    CHECK(read(words).wrong.find(" excludes ") != std::string::npos);
}

TEST_CASE("Commands: what is unknown is told apart") {
    std::string text;
    const Command command{.words = "tool", .options = {{"--text", &text, "a text"}}};
    const Reading reading = parse(command, {"--bogus", "word"});
    const auto* const complaint = std::get_if<Complaint>(&reading);
    REQUIRE(complaint != nullptr);
    CHECK(complaint->text.empty());
    CHECK(complaint->unknown == Words{"--bogus", "word"});
}

TEST_CASE("Commands: what is required, and one of a group") {
    std::string name;
    bool first = false;
    bool second = false;
    const Command command{
        .words = "tool",
        .options = {{.names = "-n,--name,name", .to = &name, .help = "a name", .required = true},
                    {.names = "--first", .to = &first, .help = "this way", .group = "Way"},
                    {.names = "--second", .to = &second, .help = "or that way", .group = "Way"}},
        .one_of = "Way"};
    const auto wrong = [&](const Words& words) {
        return std::holds_alternative<Complaint>(parse(command, words));
    };
    CHECK(wrong({"--first"}));
    CHECK(wrong({"x"}));
    CHECK(wrong({"x", "--first", "--second"}));
    CHECK(!wrong({"x", "--first"}));
    CHECK(!wrong({"--name", "y", "--second"}));
    CHECK(name == "y");
}

/// A tool whose commands say which of them it was.
struct Tool {
    std::string chosen;
    bool loud = false;

    [[nodiscard]] Command command() {
        return {.words = "tool",
                .options = {{"--loud", &loud, "loudly"}},
                .subcommands = {
                    {.words = "add,create",
                     .subcommands = {{.words = "user", .run = [this] { chosen = "add user"; }},
                                     {.words = "account", .run = [this] { chosen = "add account"; }}}},
                    {.words = "list", .run = [this] { chosen = "list"; }},
                }};
    }
};

TEST_CASE("Commands: the command that is named is run, by any of its names") {
    const auto [words, chosen] = GENERATE(table<Words, std::string>({
        {{"add", "account"}, "add account"},
        {{"create", "user"}, "add user"},
        {{"list"}, "list"},
        {{"add", "--loud", "user"}, "add user"},
        {{"list", "--loud"}, "list"},
    }));
    Tool tool;
    CHECK(std::holds_alternative<std::monostate>(parse(tool.command(), words)));
    CHECK(tool.chosen == chosen);
    CHECK(tool.loud == (words.size() > 1 && words[1] == "--loud"));
}

TEST_CASE("Commands: one that runs nothing needs one below it") {
    Tool tool;
    const Words words = GENERATE(Words{}, Words{"add"}, Words{"add", "list"});
    CHECK(std::holds_alternative<Complaint>(parse(tool.command(), words)));
    CHECK(tool.chosen.empty());
}

using Counting = CommandOf<int (*)()>;
static_assert(std::is_default_constructible_v<Counting>);

TEST_CASE("Commands: a command of another kind is chosen, not run") {
    const Counting command{.words = "tool",
                           .subcommands = {{.words = "one", .run = [] { return 1; }},
                                           {.words = "two", .run = [] { return 2; }}}};
    int (*chosen)() = nullptr;
    CHECK(std::holds_alternative<std::monostate>(parse(choosing(command, chosen), {"two"})));
    REQUIRE(chosen != nullptr);
    CHECK(chosen() == 2);
}

/// What a program prints and ends with.
struct Outcome {
    std::optional<ExitCode> ended;
    std::string out;
    std::string err;
};

Outcome run(const Words& words) {
    Values values;
    std::ostringstream out;
    std::ostringstream err;
    const auto ended = read_command_line(command_of(values), words, out, Reporter("tool", err));
    return {ended, out.str(), err.str()};
}

TEST_CASE("Command line: help has what the command has, and not what is hidden") {
    const Outcome outcome = run({"--help"});
    CHECK(outcome.ended == ExitCode::done);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.starts_with("Does things.\nUsage: tool [OPTIONS] [ARGUMENT] [more...]\n"));
    const std::string line =
        GENERATE(as<std::string>(), "  ARGUMENT                    what it is done to\n",
                 "  -h,--help                   print this help\n", "  -t,--text TEXT              a text\n",
                 "  --file FILE                 a file\n", "  --maybe-number INT:INT in [2 - 5]\n",
                 "  --count N                   so often\n", "  --kind TEXT:{name,key}      a kind\n",
                 "It does them well.\n\nExamples:\n  tool --flag\n  tool --count 2\n"
                 "And it ends.\n");
    CHECK(outcome.out.find(line) != std::string::npos);
    CHECK(outcome.out.find("handshake") == std::string::npos);
}

TEST_CASE("Command line: the version is a result") {
    const Outcome outcome = run({"--version"});
    CHECK(outcome.ended == ExitCode::done);
    CHECK(outcome.out == "tool 1.0\n");
}

TEST_CASE("Command line: what is right goes on, also in the ways of the Go tools") {
    CHECK(!run({"-text", "-x", "-f", "a"}).ended);
}

TEST_CASE("Command line: what is wrong is usage") {
    const auto [words, message] = GENERATE(table<Words, std::string>({
        {{"--bogus"}, "tool: --bogus: no such option (write -- before a value that begins with a dash)\n"},
        {{"--text"}, "tool: --text needs a value\n"},
        {{"--kind", "foo"}, "tool: --kind: foo not in {name,key}\n"},
    }));
    const Outcome outcome = run(words);
    CHECK(outcome.ended == ExitCode::usage);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == message + "hint: tool --help\n");
}

TEST_CASE("Command line: an argument too many") {
    std::ostringstream out;
    std::ostringstream err;
    const auto ended = read_command_line({.words = "tool"}, {"word"}, out, Reporter("tool", err));
    CHECK(ended == ExitCode::usage);
    CHECK(err.str() == "tool: word: one argument too many\nhint: tool --help\n");
}

TEST_CASE(
    "Command line: options of a command are its own, wherever they stand, and its values may have dashes") {
    std::string ran;
    std::string until;
    std::string value;
    std::string file;
    const Command program{
        .words = "tool",
        .options = {{"-h,--help", console::Help{}, "print this help"}, {"-f,--file", &file, "a file"}},
        .subcommands = {{.words = "deny",
                         .summary = "Denies.",
                         .options = {{"--until", &until, "until then"}, {"value", &value, "whom"}},
                         .run = [&] { ran = "deny"; }}},
        .run = [&] { ran = "tool"; }};
    std::ostringstream out;
    std::ostringstream err;
    const auto read = [&](const Words& words) {
        ran = until = value = file = "";
        return read_command_line(program, words, out, Reporter("tool", err));
    };
    const Words words =
        GENERATE(Words{"deny", "x", "--until", "1h", "-f", "a"}, Words{"-f", "a", "deny", "--until=1h", "x"},
                 Words{"--file=a", "deny", "x", "--until", "1h"});
    CHECK_FALSE(read(words));
    CHECK(ran == "deny");
    CHECK(until == "1h");
    CHECK(value == "x");
    CHECK(file == "a");
    CHECK_FALSE(read({"deny", "--until", "1h", "--", "-x"}));
    CHECK(value == "-x");
    CHECK_FALSE(read({"-f", "a"}));
    CHECK(ran == "tool");
    CHECK(read({"--until", "1h"}) == ExitCode::usage);
    CHECK(read({"deny", "x", "--until"}) == ExitCode::usage);
    CHECK(read({"deny", "--help"}) == ExitCode::done);
    CHECK(out.str().find("until then") != std::string::npos);
}

TEST_CASE("Options: their names, and which are flags") {
    bool flag = false;
    std::string text;
    const Option option{"-n,--name,name", &text, ""};
    CHECK(names_of(option).letter == "n");
    CHECK(names_of(option).word == "name");
    CHECK(names_of(option).argument == "name");
    CHECK(!is_flag(option));
    CHECK(is_flag({"--flag", &flag, ""}));
    CHECK(is_flag({"--help", Help{}, ""}));
}

}  // namespace
}  // namespace natscreds::console
