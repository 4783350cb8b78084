#include <natscreds/cli/console/man_page.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include <natscreds/base/joined.h>

#include "places.h"

namespace natscreds::console {
namespace {

/// A text as roff prints it: no character stands for anything but itself.
std::string escaped_for_roff(std::string_view text) {
    return replaced(text, {{'\\', "\\(rs"},
                           {'-', "\\-"},
                           {'\'', "\\(aq"},
                           {'"', "\\(dq"},
                           {'`', "\\(ga"},
                           {'^', "\\(ha"},
                           {'~', "\\(ti"}});
}

/// The same in lines of their own, none of which is a request of roff's.
std::string lines(std::string_view text) {
    std::istringstream list{std::string(text)};
    std::string result;
    for (std::string line; std::getline(list, line);)
        result +=
            (line.empty() || line[0] == '.' || line[0] == ' ' ? "\\&" : "") + escaped_for_roff(line) + "\n";
    return result;
}

std::string bold(std::string_view text) {
    return "\\fB" + escaped_for_roff(text) + "\\fR";
}

std::string italic(std::string_view text) {
    return "\\fI" + escaped_for_roff(text) + "\\fR";
}

std::string as_it_stands(std::string_view text) {
    return text.empty() ? "" : ".PP\n.nf\n" + lines(text) + ".fi\n";
}

/// "-n, --name TEXT".
std::string tag(const Option& option) {
    const std::string text = base::joined(dashed(option), ", ", bold);
    if (text.empty()) return italic(names_of(option).argument);
    if (is_flag(option)) return text;
    const std::string value = value_name(option);
    return text + (value.starts_with("[") ? "" : " ") + italic(value);
}

void write_option(std::ostream& out, const Option& option) {
    out << ".TP\n" << tag(option) << "\n" << lines(option.help);
    if (!option.choices.empty()) out << ".br\n" << lines("One of: " + base::joined(option.choices, ", "));
}

/// Where a group is not the common one, with its name above it.
void write_options(std::ostream& out, const OptionList& options) {
    std::vector<std::string> groups;
    for (const Option& option : options) {
        if (std::ranges::find(groups, option.group) == groups.end()) groups.push_back(option.group);
    }
    for (const std::string& group : groups) {
        if (group != Option().group) out << ".PP\n" << escaped_for_roff(group) << ":\n";
        for (const Option& option : options) {
            if (option.group == group) write_option(out, option);
        }
    }
}

std::string usage(const Place& place) {
    std::string text = bold(place.path) + " [" + italic("OPTIONS") + "]";
    for (const Option& argument : place.arguments) {
        const std::string name = names_of(argument).argument;
        if (name.empty()) continue;
        const std::string word = italic(name) + (is_list(argument) ? " ..." : "");
        text += argument.required ? " " + word : " [" + word + "]";
    }
    if (place.command->subcommands.empty()) return text;
    return text + (place.command->run ? " [" + italic("COMMAND") + "]" : " " + italic("COMMAND"));
}

OptionList bare_arguments(const Place& place) {
    OptionList bare;
    std::ranges::copy_if(place.arguments, std::back_inserter(bare),
                         [](const Option& argument) { return dashed(argument).empty(); });
    return bare;
}

std::string examples(const Command& command) {
    std::string text;
    for (const std::string& example : command.examples)
        text += "  " + example + "\n";
    return text;
}

void write_command(std::ostream& out, const Place& place) {
    const Command& command = *place.command;
    std::string also;
    const std::vector<std::string> words = words_of(command);
    for (std::size_t i = 1; i < words.size(); ++i)
        also += ", also " + words[i];
    out << ".SS \"" << escaped_for_roff(place.path) << "\"\n"
        << usage(place) << "\n.PP\n"
        << lines(command.summary + also + ".");
    for (const Option& argument : bare_arguments(place))
        write_option(out, argument);
    write_options(out, place.own);
    out << as_it_stands(command.notes);
    if (!command.examples.empty()) out << as_it_stands("Examples:\n" + examples(command));
    out << as_it_stands(command.more);
}

std::string version_of(const Command& program) {
    for (const Option& option : program.options) {
        if (const auto* const version = std::get_if<Version>(&option.to)) return version->text;
    }
    return words_of(program).front();
}

}  // namespace

std::string man_page(const Command& program) {
    const std::vector<Place> all = places(program);
    const Place& whole = all.front();
    std::string title = whole.path;
    std::ranges::transform(title, title.begin(), [](unsigned char character) {
        return static_cast<char>(std::toupper(character));
    });
    std::ostringstream out;
    out << ".TH \"" << escaped_for_roff(title) << R"(" 1 "" ")" << escaped_for_roff(version_of(program))
        << "\"\n.SH NAME\n"
        << escaped_for_roff(whole.path) << " \\- " << lines(program.summary) << ".SH SYNOPSIS\n"
        << usage(whole) << "\n";
    if (!program.notes.empty()) out << ".SH DESCRIPTION\n" << as_it_stands(program.notes);
    out << ".SH OPTIONS\n";
    for (const Option& argument : bare_arguments(whole))
        write_option(out, argument);
    write_options(out, whole.own);
    if (all.size() > 1) out << ".SH COMMANDS\n";
    for (std::size_t i = 1; i < all.size(); ++i) {
        if (all[i].command->run) write_command(out, all[i]);
    }
    if (!program.examples.empty() || !program.more.empty()) out << ".SH EXAMPLES\n";
    out << as_it_stands(examples(program)) << as_it_stands(program.more);
    return out.str();
}

}  // namespace natscreds::console
