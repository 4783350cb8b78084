// Commands in CLI11's calls: the one file that knows it.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <system_error>

#include <CLI/CLI.hpp>

#include <natscreds/cli/console/command_line.h>
#include <natscreds/cli/console/completion.h>
#include <natscreds/cli/console/man_page.h>

namespace natscreds::console {
namespace {

/// What an option is called in messages.
std::string shown_name(const Option& option) {
    const Names names = names_of(option);
    if (!names.word.empty()) return "--" + names.word;
    return names.letter.empty() ? names.argument : "-" + names.letter;
}

/// Declares an option, by what it sets.
struct Declare {
    CLI::App& app;
    const Option& option;
    const Command& program;

    template <class T>
    CLI::Option* operator()(T* to) const {
        return app.add_option(option.names, *to, option.help);
    }
    CLI::Option* operator()(const std::function<base::Status(const std::string&)>& take) const {
        const auto taken = [take, name = shown_name(option)](const std::string& word) {
            const base::Status status = take(word);
            if (!status) throw CLI::ValidationError(name, status.error().message());
        };
        return app.add_option_function<std::string>(option.names, taken, option.help);
    }
    CLI::Option* operator()(bool* to) const { return app.add_flag(option.names, *to, option.help); }
    CLI::Option* operator()(std::optional<bool>* to) const {
        // Which CLI11 does not do itself: it would end the program.
        const auto check = [name = shown_name(option)](const std::string& word) -> std::string {
            bool value = false;
            if (!CLI::detail::lexical_cast(word, value))
                throw CLI::ConversionError(name, std::vector<std::string>{word});
            return "";
        };
        const auto keep = [to](std::int64_t count) { *to = count > 0; };
        return app.add_flag_function(option.names, keep, option.help)->check(check);
    }
    CLI::Option* operator()(const std::function<void()>& act) const {
        return app.add_flag_callback(option.names, act, option.help);
    }
    CLI::Option* operator()(Help) const { return app.set_help_flag(option.names, option.help); }
    CLI::Option* operator()(const Version& version) const {
        return app.set_version_flag(option.names, version.text + "\n", option.help);
    }
    // What these print ends the reading as a version does: before anything is missed.
    CLI::Option* operator()(Completion) const {
        const auto print = [&program = program](const std::string& shell) {
            throw CLI::CallForVersion(completion(program, shell).value_or(""), 0);
        };
        return app.add_option_function<std::string>(option.names, print, option.help);
    }
    CLI::Option* operator()(ManPage) const {
        const auto print = [&program = program] { throw CLI::CallForVersion(man_page(program), 0); };
        return app.add_flag_callback(option.names, print, option.help);
    }
};

CLI::Validator at_least(std::int64_t least) {
    const auto check = [least](const std::string& text) -> std::string {
        std::uint64_t number = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        const bool whole = failed != std::errc::invalid_argument && end == text.data() + text.size();
        const bool enough =
            failed == std::errc::result_out_of_range || number >= static_cast<std::uint64_t>(least);
        return whole && enough ? ""
                               : text + " is not a whole number of " + std::to_string(least) + " or more";
    };
    return {check, ""};
}

CLI::Validator within(const Range& range, const Destination& to) {
    if (range.most == Range().most) return at_least(range.least);
    const bool natural = std::holds_alternative<std::uint64_t*>(to) ||
                         std::holds_alternative<std::optional<std::uint64_t>*>(to);
    if (natural)
        return CLI::Range(static_cast<std::uint64_t>(range.least), static_cast<std::uint64_t>(range.most));
    return CLI::Range(range.least, range.most);
}

/// What comes as a list comes by its parts.
CLI::Validator filled(const Option& option) {
    const auto check = [name = shown_name(option)](const std::string& value) -> std::string {
        if (value.empty())
            throw CLI::ParseError(name + ": its value is empty", CLI::ExitCodes::ValidationError);
        return "";
    };
    return {check, ""};
}

void set_several(CLI::Option& declared, const Option& option) {
    const Names names = names_of(option);
    const bool argument = names.word.empty() && names.letter.empty();
    if (argument || !std::holds_alternative<std::vector<std::string>*>(option.to)) return;
    if (option.several == Several::commas) declared.delimiter(',');
    if (option.several != Several::words) declared.allow_extra_args(false);
}

void declare(CLI::App& app, const Option& option, const Command& program) {
    CLI::Option& declared = *std::visit(Declare{app, option, program}, option.to);
    if (option.value) declared.type_name(*option.value);
    if (!option.choices.empty()) {
        CLI::Validator one_of = CLI::IsMember(option.choices);
        // Its help names them, lest its line is too long.
        if (std::holds_alternative<Completion>(option.to)) one_of.description("");
        declared.check(one_of);
    }
    if (option.range) declared.check(within(*option.range, option.to));
    set_several(declared, option);
    if (option.filled) declared.check(filled(option));
    if (option.required) declared.required();
    if (option.last_wins) declared.take_last();
    declared.group(option.hidden ? "" : option.group);
}

void declare_options(CLI::App& app, const Command& command, const Command& program) {
    CLI::App* one_of = nullptr;
    for (const Option& option : command.options) {
        if (command.one_of.empty() || option.group != command.one_of) {
            declare(app, option, program);
            continue;
        }
        if (one_of == nullptr) one_of = app.add_option_group(command.one_of)->require_option(1);
        Option inside = option;
        inside.group = Option().group;  // the heading is the group's own
        declare(*one_of, inside, program);
    }
    for (const Option& option : command.options) {
        for (const std::string& other : option.excludes)
            app.get_option(shown_name(option))->excludes(app.get_option(other));
    }
}

std::string footer(const Command& command) {
    std::string text = command.notes;
    if (!command.examples.empty()) text += std::string(text.empty() ? "" : "\n\n") + "Examples:";
    for (const std::string& example : command.examples)
        text += "\n  " + example;
    return command.more.empty() ? text : text + "\n" + command.more;
}

/// Whether the command line may name the command: one of its names is among the words.
bool may_be_named(const std::vector<std::string>& names, const std::vector<std::string>& line) {
    return std::ranges::find_first_of(names, line) != names.end();
}

/// What lies below commands that the command line does not name is left out: of a hundred commands one is run.
void declare(CLI::App& app, const Command& command, const Command& program,
             const std::vector<std::string>& line) {
    declare_options(app, command, program);
    app.footer(footer(command));
    if (!command.run && !command.subcommands.empty()) app.require_subcommand(1);
    for (const Command& below : command.subcommands) {
        const std::vector<std::string> names = words_of(below);
        CLI::App* const made = app.add_subcommand(names.front(), below.summary)->fallthrough();
        for (std::size_t i = 1; i < names.size(); ++i)
            made->alias(names[i]);
        if (may_be_named(names, line)) declare(*made, below, program, line);
    }
}

/// The command that the command line named.
const Command& chosen(const CLI::App& app, const Command& command) {
    for (const Command& below : command.subcommands) {
        const CLI::App* const made = app.get_subcommand(words_of(below).front());
        if (made->parsed()) return chosen(*made, below);
    }
    return command;
}

}  // namespace

Reading parse(const Command& command, const std::vector<std::string>& words) {
    CLI::App app(command.summary, command.words);
    declare(app, command, command, words);
    std::vector<std::string> last_first(words.rbegin(), words.rend());  // as CLI11 takes them
    try {
        app.parse(last_first);
    } catch (const CLI::CallForHelp&) {
        return Answer{.text = app.help(), .help = true};
    } catch (const CLI::CallForVersion& version) {
        return Answer{.text = version.what()};
    } catch (const CLI::ExtrasError&) {
        return Complaint{"", app.remaining(true)};
    } catch (const CLI::ParseError& error) {
        return Complaint{error.what(), app.remaining(true)};
    }
    const Command& named = chosen(app, command);
    if (named.run) named.run();
    return {};
}

}  // namespace natscreds::console
