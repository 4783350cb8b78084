#include <natscreds/cli/nsctl/nsctl.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <ostream>
#include <string_view>
#include <utility>
#include <variant>

#include <natscreds/cli/console/command_line.h>
#include <natscreds/cli/console/reporter.h>

#include "commands.h"
#include "errors.h"
#include "prompts.h"

namespace natscreds::nsctl {
namespace {

console::OptionList global_options(GlobalOptions& options) {
    return {
        {"-h,--help", console::Help{}, "Print this help message and exit"},
        {"--version", console::Version{"nsctl " NATSCREDS_VERSION},
         "Display program version information and exit"},
        {"-K,--private-key", &options.private_key, "signing key: role, public key in the keystore, or file"},
        {"-J,--json", &options.json, "results as JSON"},
        {"-i,--interactive", &options.interactive, "ask for each argument that is missing"},
        {"-H,--all-dirs", &options.folders.all, "sets the three folders to one", Takes::folder},
        {"--config-dir", &options.folders.config, "folder of nsc.json (NSC_HOME)", Takes::folder},
        {"--data-dir", &options.folders.stores, "folder of the operators", Takes::folder},
        {"--keystore-dir", &options.folders.keystore, "folder of keys and creds (NKEYS_PATH)", Takes::folder},
    };
}

/// Options of which an empty value says something: that what was there is taken away.
constexpr std::array<std::string_view, 11> may_be_empty{
    "nsctl edit account --description",
    "nsctl edit account --info-url",
    "nsctl edit account --trace-context-subject",
    "nsctl edit export --description",
    "nsctl edit export --info-url",
    "nsctl edit import --local-subject",
    "nsctl edit operator --account-jwt-server-url",
    "nsctl edit signing-key --description",
    "nsctl edit signing-key --locale",
    "nsctl edit signing-key --role",
    "nsctl edit user --locale",
};

/// An empty value is seldom meant: it is a variable of a shell that is not set. nsc goes on without the option, and so
/// signs by another key, of another account, or for ever. `before` are the words before the command's.
void refuse_empty_values(console::Command& command, const std::string& before = "") {
    const std::string words = before + command.words.substr(0, command.words.find(','));
    for (console::Option& option : command.options) {
        const std::string option_words = words + " --" + console::names_of(option).word;
        option.filled =
            !console::is_flag(option) && std::ranges::find(may_be_empty, option_words) == may_be_empty.end();
    }
    for (console::Command& below : command.subcommands)
        refuse_empty_values(below, words + " ");
}

/// The options that mean something without a value, and what.
using Implied = std::map<std::string, std::string, std::less<>>;

void collect_implied(const console::Command& command, Implied& implied) {
    for (const console::Option& option : command.options) {
        if (!option.without_value.empty())
            implied["--" + console::names_of(option).word] = option.without_value;
    }
    for (const console::Command& below : command.subcommands)
        collect_implied(below, implied);
}

/// An option as pflag, which nsc reads its options with, understands it, in words that parse() understands alike.
std::vector<std::string> as_pflag_has_it(const std::string& option, const Implied& implied) {
    if (const auto found = implied.find(option); found != implied.end())
        return {option + "=" + found->second};
    const std::size_t equals = option.find('=');
    const bool short_name = option.size() > 2 && option[1] != '-';
    if (equals == std::string::npos || (short_name && equals != 2)) return {option};
    // parse() would take "=A" for the value of -n=A, and the next word for the value of --name=
    if (equals + 1 == option.size()) return {option.substr(0, equals), ""};
    return {short_name ? option.substr(0, 2) + option.substr(3) : option};
}

std::vector<std::string> prepared(const std::vector<std::string>& arguments, const Implied& implied) {
    std::vector<std::string> words;
    auto next = arguments.begin();
    for (; next != arguments.end() && *next != "--"; ++next) {
        const std::vector<std::string> understood =
            next->starts_with('-') ? as_pflag_has_it(*next, implied) : std::vector{*next};
        words.insert(words.end(), understood.begin(), understood.end());
    }
    words.insert(words.end(), next, arguments.end());
    return words;
}

/// `help add user` and `completion bash`, as nsc has them, in the form of options.
std::vector<std::string> without_help_words(std::vector<std::string> words) {
    if (words.empty()) return words;
    const bool help = words.front() == "help";
    const bool completion = words.front() == "completion" && words.size() == 2;
    if (!help && !completion) return words;
    words.erase(words.begin());
    words.insert(help ? words.end() : words.begin(), help ? "--help" : "--completion");
    return words;
}

/// A command that is missing because a word is none is no help: that word is.
int complain(const console::Complaint& complaint, const console::Reporter& reporter) {
    const std::vector<std::string>& unknown = complaint.unknown;
    reporter.message(unknown.empty() ? complaint.text
                                     : unknown.front() + ": there is no such command or option");
    reporter.hint("nsctl --help, and --help behind each command");
    return 1;
}

base::Status perform(const Action& action, World& world, GlobalOptions options) {
    base::Result<Session> session = Session::open(world, std::move(options));
    if (!session) return session.error();
    if (base::Status done = action(*session); !done) return done;
    session->print_done();
    world.out.flush();
    if (!world.out) return base::Error{Errc::write_failed, ""};
    return {};
}

}  // namespace

int run(const std::vector<std::string>& arguments, World& world) {
    GlobalOptions options;
    Action action;
    console::Command program = console::choosing(
        Command{.words = "nsctl",
                .summary = "nsctl creates NATS operators, accounts and users, in the same folders as nsc.",
                .options = joined({global_options(options), console::generated_options()}),
                .subcommands = commands()},
        action);
    refuse_empty_values(program);
    Implied implied;
    collect_implied(program, implied);
    const console::Reporter reporter("nsctl", world.err);
    const auto words = with_answers(program, prepared(without_help_words(arguments), implied), world);
    if (!words) {
        report(reporter, words.error());
        return 1;
    }
    const console::Reading reading = console::parse(program, *words);
    if (const auto* const complaint = std::get_if<console::Complaint>(&reading))
        return complain(*complaint, reporter);
    if (const auto* const answer = std::get_if<console::Answer>(&reading)) {
        world.out << answer->text;
        return 0;
    }
    const base::Status done = perform(action, world, std::move(options));
    if (done) return 0;
    report(reporter, done.error());
    return done.error().code == Errc::differs ? 2 : 1;
}

}  // namespace natscreds::nsctl
