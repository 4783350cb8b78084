#include <sstream>

#include <natscreds/base/joined.h>

#include "places.h"

namespace natscreds::console {
namespace {

/// A text where ":" parts, as in what _arguments and _describe take.
std::string escaped_for_zsh(std::string_view text) {
    return replaced(one_line(text), {{':', "\\:"}, {'\\', "\\\\"}, {'[', "\\["}, {']', "\\]"}});
}

std::string function_of(const Place& place) {
    return "_" + replaced(place.path, {{' ', "_"}});
}

/// ":what it is:how to complete it".
std::string values_spec(const Option& option) {
    const std::string name = ":" + escaped_for_zsh(value_name(option)) + ":";
    const std::vector<std::string> values = values_of(option);
    if (!values.empty()) return name + "(" + replaced(single_quoted(values), {{':', "\\:"}}) + ")";
    if (option.takes == Takes::file) return name + "_files";
    return name + (option.takes == Takes::folder ? "_files -/" : " ");
}

/// A spec for each name: either excludes the other, and itself, unless it can be given again.
std::vector<std::string> option_specs(const Option& option) {
    const std::vector<std::string> names = dashed(option);
    std::string before = "*";
    if (!is_list(option) && !option.last_wins)
        before = "(" + names.front() + (names.size() > 1 ? " " + names.back() : "") + ")";
    std::vector<std::string> specs;
    for (const std::string& name : names) {
        const bool letter = !name.starts_with("--");
        std::string spec = before + name;
        if (takes_next_word(option)) {
            spec += letter ? "+" : "=";
        } else if (takes_value_behind_equals(option) && !letter) {
            spec += "=-";
        }
        spec += "[" + escaped_for_zsh(option.help) + "]";
        if (takes_next_word(option)) {
            spec += values_spec(option);
        } else if (takes_value_behind_equals(option) && !letter) {
            spec += ":" + values_spec(option);
        }
        specs.push_back(spec);
    }
    return specs;
}

std::string argument_spec(const Option& argument) {
    Option named = argument;
    named.value = names_of(argument).argument;
    if (is_list(argument)) return "*" + values_spec(named);
    return (argument.required ? "" : ":") + values_spec(named);
}

void write_below(std::ostream& out, const Place& place) {
    out << "  case $state in\n  command)\n    below=(\n";
    for (const Command& below : place.command->subcommands)
        out << "      "
            << single_quoted(escaped_for_zsh(words_of(below).front()) + ":" +
                             replaced(one_line(below.summary), {{'\\', "\\\\"}}))
            << "\n";
    out << "    )\n    _describe -t commands command below && found=0 ;;\n  below)\n    case $words[1] in\n";
    for (const Command& below : place.command->subcommands) {
        const std::vector<std::string> words = words_of(below);
        const std::string pattern =
            base::joined(words, "|", [](const std::string& word) { return single_quoted(word); });
        out << "    " << pattern << ") " << function_of(place) << "_" << words.front() << " && found=0 ;;\n";
    }
    out << "    esac ;;\n  esac\n";
}

void write_function(std::ostream& out, const Place& place) {
    const bool group = !place.command->subcommands.empty();
    out << function_of(place) << "() {\n"
        << "  local curcontext=$curcontext context state state_descr line found=1\n"
        << "  local -a below\n  local -A opt_args\n  _arguments -s -S" << (group ? " -C" : "");
    for (const Option& option : joined({place.own, place.inherited})) {
        for (const std::string& spec : option_specs(option))
            out << " \\\n    " << single_quoted(spec);
    }
    for (const Option& argument : place.arguments)
        out << " \\\n    " << single_quoted(argument_spec(argument));
    // What stands behind the command's word is for that to complete, options too.
    if (group) out << " \\\n    '(-)1:command:->command' '(-)*::word:->below'";
    out << " && found=0\n";
    if (group) write_below(out, place);
    out << "  return found\n}\n";
}

}  // namespace

std::string zsh_completion(const Command& program) {
    const std::string name = words_of(program).front();
    std::ostringstream out;
    out << "#compdef " << name << "\n# Completion of " << name << " in zsh; made by: " << name
        << " --completion zsh\n";
    for (const Place& place : places(program))
        write_function(out, place);
    // As a file of $fpath it is the function's body the first time; otherwise it is sourced.
    out << "if [[ ${funcstack[1]} == _" << name << " ]]; then\n  _" << name << " \"$@\"\nelse\n  compdef _"
        << name << " " << name << "\nfi\n";
    return out.str();
}

}  // namespace natscreds::console
