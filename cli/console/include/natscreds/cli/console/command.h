#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <natscreds/base/result.h>

/// Commands as values: what --help, the reading of a command line, and whatever else tells people of commands
/// are made from.
namespace natscreds::console {

/// A flag that prints the help of the command before it, and nothing else happens.
struct Help {};

/// A flag that prints this.
struct Version {
    std::string text;
};

/// Prints what makes a shell complete the program's command lines; its value is the shell's name.
struct Completion {};

/// A flag that prints the program's manual page.
struct ManPage {};

/// What an option sets. What has no value of its own (bool, a function of nothing, Help, Version, ManPage) is a
/// flag; an optional<bool> is a switch, which can be given as "--service" and as "--service=false".
using Destination =
    std::variant<std::string*, std::optional<std::string>*, std::filesystem::path*, std::vector<std::string>*,
                 std::int64_t*, std::optional<std::int64_t>*, std::uint64_t*, std::optional<std::uint64_t>*,
                 std::function<base::Status(const std::string&)>, bool*, std::optional<bool>*,
                 std::function<void()>, Help, Version, Completion, ManPage>;

/// What a value is, for those who complete it.
enum class Takes { text, file, folder };

/// How an option has several values: given again for each; or with commas, too; or as all words that follow it.
/// The words of an argument are always several where its destination is a list.
enum class Several { again, commas, words };

/// Whole numbers from `least` to `most`.
struct Range {
    std::int64_t least = 1;
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// An option, or an argument, or both: what a command line may hold, and where it goes.
struct Option {
    /// "-n,--name,name": a letter, a word, and, without dashes, the argument that does instead of them.
    std::string names;
    Destination to;
    std::string help;
    Takes takes = Takes::text;
    std::optional<std::string> value = {};  ///< "FILE", in help; none: the kind of value that `to` takes
    std::vector<std::string> choices = {};  ///< no other value is right
    std::vector<std::string> offered = {};  ///< for completion; others may be right, too
    std::optional<Range> range = {};        ///< no other number is right
    Several several = Several::again;
    std::string without_value = {};  ///< what the option alone means; a value stands only behind "="
    bool required = false;
    bool filled = false;     ///< an empty value is a mistake
    bool last_wins = false;  ///< can be given again; otherwise that is a mistake, where it takes one value
    bool hidden = false;     ///< not in the list of options that --help prints
    std::vector<std::string> excludes = {};  ///< options ("--json") that cannot be given as well
    std::string group = "Options";           ///< the heading in help
};

using OptionList = std::vector<Option>;

/// Lists of options, one after the other.
[[nodiscard]] OptionList joined(std::initializer_list<OptionList> lists);

/// An option's names, without dashes; empty: it has none such.
struct Names {
    std::string letter;
    std::string word;
    std::string argument;
};

[[nodiscard]] Names names_of(const Option& option);

/// Whether it takes no value, or, as a switch, one behind "=" only.
[[nodiscard]] bool is_flag(const Option& option);

/// A command: its words, what it may be given, and what it runs. What `to` of the options points to must live as
/// long as the command; where `run` holds it, it does.
template <class Run>
struct CommandOf {
    std::string words = {};  ///< its name; behind commas, what it may be called too: "add,create"
    std::string summary = {};
    OptionList options = {};
    std::string one_of = {};                 ///< a group of options exactly one of which has to be given
    std::string notes = {};                  ///< whole lines, before the examples
    std::vector<std::string> examples = {};  ///< lines of a shell
    std::string more = {};                   ///< whole lines, behind the examples
    std::vector<CommandOf> subcommands = {};
    Run run = {};  ///< none, and there are subcommands: one of them has to be named
};

/// A command that is run by being called.
using Command = CommandOf<std::function<void()>>;

// Each kind of command needs one of these: GCC 12 breaks down where it first meets a kind inside a list.
static_assert(std::is_default_constructible_v<Command>);

/// Its name, and what it may be called too.
[[nodiscard]] std::vector<std::string> words_of(const Command& command);

/// The command, whatever it and those below it run: each puts that into `chosen`.
template <class Run>
[[nodiscard]] Command choosing(const CommandOf<Run>& command, Run& chosen) {
    Command same{.words = command.words,
                 .summary = command.summary,
                 .options = command.options,
                 .one_of = command.one_of,
                 .notes = command.notes,
                 .examples = command.examples,
                 .more = command.more};
    if (command.run) same.run = [run = command.run, &chosen] { chosen = run; };
    for (const CommandOf<Run>& below : command.subcommands)
        same.subcommands.push_back(choosing(below, chosen));
    return same;
}

}  // namespace natscreds::console
