#include <sstream>

#include <natscreds/base/joined.h>

#include "places.h"

namespace natscreds::console {
namespace {

/// A text between single quotes, as fish reads them.
std::string fish_quoted(std::string_view text) {
    return "'" + replaced(one_line(text), {{'\\', "\\\\"}, {'\'', "\\'"}}) + "'";
}

/// Says, of the line that is being written, the place and how many arguments stand behind its words: "nsctl edit
/// user:0". NAME and ROOT stand for the program's own.
constexpr std::string_view beginning = R"fish(function __NAME_state
  set -l words (commandline -opc)
  set -e words[1]
  set -l path 'ROOT'
  set -l count 0
  set -l asked
  set -l ended
  for word in $words
    if test -n "$asked"
      set asked
    else if test -z "$ended" -a "x$word" = x--
      set ended 1
    else if test -z "$ended"; and string match -q -- '-*' $word
      __NAME_asks "$path $word"; and set asked 1
    else if test -z "$ended"; and set -l below (__NAME_below "$path $word")
      set path $below
      set count 0
    else
      set count (math $count + 1)
    end
  end
  echo "$path:$count"
end
function __NAME_at
  set -l state (__NAME_state)
  for pattern in $argv
    string match -q -- $pattern $state; and return 0
  end
  return 1
end
)fish";

void write_fish_ways_below(std::ostream& out, const Place& place) {
    for (const Command& below : place.command->subcommands) {
        out << "  case";
        for (const std::string& word : words_of(below))
            out << " " << fish_quoted(place.path + " " + word);
        out << "\n    echo " << fish_quoted(place.path + " " + words_of(below).front()) << "\n";
    }
}

void write_asking(std::ostream& out, const Place& place) {
    for (const Option& option : place.own) {
        if (!takes_next_word(option)) continue;
        out << "  case";
        for (const std::string& name : dashed(option)) {
            out << " " << fish_quoted(place.path + " " + name);
            if (!place.command->subcommands.empty()) out << " " << fish_quoted(place.path + " * " + name);
        }
        out << "\n    return 0\n";
    }
}

/// One more line for the program, where the states match these patterns.
std::string line_of(const std::string& program, const std::vector<std::string>& patterns) {
    std::string condition = "__" + identifier(program) + "_at";
    for (const std::string& pattern : patterns)
        condition += " " + fish_quoted(pattern);
    return "complete -c " + program + " -n " + fish_quoted(condition);
}

/// What completes a value.
std::string values_text(const Option& option) {
    const std::vector<std::string> values = values_of(option);
    if (values.empty() && option.takes == Takes::file) return " -F";
    if (values.empty() && option.takes == Takes::folder)
        return " -f -a '(__fish_complete_directories (commandline -ct))'";
    if (values.empty()) return " -f";
    return " -f -a " + fish_quoted(base::joined(values, " ", fish_quoted));
}

void write_option(std::ostream& out, const std::string& line, const Option& option) {
    const Names names = names_of(option);
    out << line;
    if (!names.letter.empty()) out << " -s " << names.letter;
    if (!names.word.empty()) out << " -l " << names.word;
    if (takes_next_word(option)) out << " -r";
    if (takes_value_behind_equals(option)) out << values_text(option);
    out << " -d " << fish_quoted(option.help) << "\n";
}

void write_place(std::ostream& out, const std::string& program, const Place& place) {
    for (const Command& below : place.command->subcommands) {
        out << line_of(program, {place.path + ":0"}) << " -a " << fish_quoted(words_of(below).front())
            << " -d " << fish_quoted(below.summary) << "\n";
    }
    for (const Option& option : place.own) {
        std::vector<std::string> patterns{place.path + ":*"};
        if (!place.command->subcommands.empty() && !tells_of_program(option))
            patterns.push_back(place.path + " *");
        write_option(out, line_of(program, patterns), option);
    }
    std::size_t before = 0;
    for (const Option& argument : place.arguments) {
        const std::string pattern = place.path + ":" + (is_list(argument) ? "*" : std::to_string(before));
        ++before;
        if (values_of(argument).empty() && argument.takes == Takes::text) continue;
        out << line_of(program, {pattern}) << values_text(argument) << "\n";
    }
}

}  // namespace

std::string fish_completion(const Command& program) {
    const std::string name = words_of(program).front();
    const std::string prefix = "__" + identifier(name);
    const std::vector<Place> all = places(program);
    std::ostringstream out;
    out << "# Completion of " << name << " in fish; made by: " << name << " --completion fish\n";
    out << "function " << prefix << "_below\n  switch $argv[1]\n";
    for (const Place& place : all)
        write_fish_ways_below(out, place);
    out << "  case '*'\n    return 1\n  end\nend\nfunction " << prefix << "_asks\n  switch $argv[1]\n";
    for (const Place& place : all)
        write_asking(out, place);
    out << "  end\n  return 1\nend\n" << filled_in(beginning, name) << "complete -c " << name << " -f\n";
    for (const Place& place : all)
        write_place(out, name, place);
    return out.str();
}

}  // namespace natscreds::console
