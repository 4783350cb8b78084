#include <natscreds/cli/nsctl/nsctl.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

#include <natscreds/cli/console/reporter.h>

#include "commands.h"
#include "errors.h"

namespace natscreds::nsctl {
namespace {

struct Defined {
    CLI::App* command;
    Action action;
};

void add_global_options(CLI::App& app, GlobalOptions& options) {
    app.add_option("-K,--private-key", options.private_key,
                   "signing key: role, public key in the keystore, or file");
    app.add_flag("-J,--json", options.json, "results as JSON");
    app.add_option("-H,--all-dirs", options.folders.all, "sets the three folders to one");
    app.add_option("--config-dir", options.folders.config, "folder of nsc.json (NSC_HOME)");
    app.add_option("--data-dir", options.folders.stores, "folder of the operators");
    app.add_option("--keystore-dir", options.folders.keystore, "folder of keys and creds (NKEYS_PATH)");
}

/// Options of which an empty value says something: that what was there is taken away.
constexpr std::array<std::string_view, 11> may_be_empty{
    "edit account --description",
    "edit account --info-url",
    "edit account --trace-context-subject",
    "edit export --description",
    "edit export --info-url",
    "edit import --local-subject",
    "edit operator --account-jwt-server-url",
    "edit signing-key --description",
    "edit signing-key --locale",
    "edit signing-key --role",
    "edit user --locale",
};

/// CLI11 has no name for an option that its help does not show.
std::string name_of(const CLI::Option& option) {
    return option.get_lnames().empty() ? option.get_name(true) : "--" + option.get_lnames().front();
}

/// An empty value is seldom meant: it is a variable of a shell that is not set. nsc goes on without the option, and so
/// signs by another key, of another account, or for ever.
void refuse_empty_values(CLI::App& app, const std::string& command) {
    for (CLI::Option* option : app.get_options()) {
        const std::string name = name_of(*option);
        if (std::ranges::find(may_be_empty, command + name) != may_be_empty.end()) continue;
        option->check([name](const std::string& value) {
            if (value.empty())
                throw CLI::ParseError(name + ": its value is empty", CLI::ExitCodes::ValidationError);
            return std::string();
        });
    }
}

std::vector<Defined> define_commands(CLI::App& app) {
    for (const Verb& verb : verbs()) {
        CLI::App* made = app.add_subcommand(std::string(verb.name), std::string(verb.summary))->fallthrough();
        if (!verb.alias.empty()) made->alias(std::string(verb.alias));
    }
    std::vector<Defined> defined;
    for (const Command& command : commands()) {
        CLI::App* target = app.get_subcommand(std::string(command.verb));
        if (!command.noun.empty()) {
            target->require_subcommand(1);
            target = target->add_subcommand(std::string(command.noun), std::string(command.summary))
                         ->fallthrough();
        }
        defined.push_back({target, command.define(*target)});
        refuse_empty_values(*target, std::string(command.verb).append(" ").append(command.noun).append(" "));
    }
    return defined;
}

/// An option as pflag, which nsc reads its options with, understands it, in words that CLI11 understands alike.
std::vector<std::string> as_pflag_has_it(const std::string& option) {
    // Its value stands only behind "=", and is 1 without one.
    if (option == "--allow-pub-response") return {option + "=1"};
    const std::size_t equals = option.find('=');
    const bool short_name = option.size() > 2 && option[1] != '-';
    if (equals == std::string::npos || (short_name && equals != 2)) return {option};
    // CLI11 would take "=A" for the value of -n=A, and the next word for the value of --name=
    if (equals + 1 == option.size()) return {option.substr(0, equals), ""};
    return {short_name ? option.substr(0, 2) + option.substr(3) : option};
}

/// CLI11 takes them last first.
std::vector<std::string> prepared(const std::vector<std::string>& arguments) {
    std::vector<std::string> words;
    auto next = arguments.begin();
    for (; next != arguments.end() && *next != "--"; ++next) {
        const std::vector<std::string> understood =
            next->starts_with('-') ? as_pflag_has_it(*next) : std::vector{*next};
        words.insert(words.end(), understood.begin(), understood.end());
    }
    words.insert(words.end(), next, arguments.end());
    std::ranges::reverse(words);
    return words;
}

/// Help and version are results; what is wrong with a command line is not.
int answer(const CLI::App& app, const CLI::ParseError& error, World& world) {
    const console::Reporter reporter("nsctl", world.err);
    if (error.get_exit_code() == 0) {
        app.exit(error, world.out, world.err);
        return 0;
    }
    // Where a word is no command, CLI11 says only that a command is missing.
    const std::vector<std::string> unknown = app.remaining(true);
    const std::string words =
        unknown.empty() ? error.what() : unknown.front() + ": there is no such command or option";
    reporter.message(words);
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
    CLI::App app("nsctl creates NATS operators, accounts and users, in the same folders as nsc.", "nsctl");
    app.set_version_flag("--version", "nsctl " NATSCREDS_VERSION);
    app.require_subcommand(1);
    GlobalOptions options;
    add_global_options(app, options);
    refuse_empty_values(app, "");
    const std::vector<Defined> defined = define_commands(app);
    try {
        app.parse(prepared(arguments));
    } catch (const CLI::ParseError& error) {
        return answer(app, error, world);
    }
    const auto chosen =
        std::ranges::find_if(defined, [](const Defined& one) { return one.command->parsed(); });
    if (chosen == defined.end()) return 1;
    const console::Reporter reporter("nsctl", world.err);
    const base::Status done = perform(chosen->action, world, std::move(options));
    if (done) return 0;
    report(reporter, done.error());
    return 1;
}

}  // namespace natscreds::nsctl
