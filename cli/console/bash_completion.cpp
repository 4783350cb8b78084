#include <sstream>

#include "places.h"

namespace natscreds::console {
namespace {

/// What follows is the same for each program; NAME and ROOT stand for its own.
constexpr std::string_view reading = R"bash(_NAME() {
  local line=${COMP_LINE:0:COMP_POINT} word rest i
  local -a words
  # bash parts words at "=" and ":"; what has no space between it is one word again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    rest=${line#"${line%%[![:space:]]*}"} word=${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=$rest
    if ((i > 0)) && [[ $rest == "$line" ]]; then
      words[${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
    line=${rest#"$word"}
  done
  local last=$((${#words[@]} - 1)) path='ROOT' asked= ended= count=0 before= takes valued
  local -a commands options values
  _NAME_at "$path"
  for ((i = 1; i < last; i++)); do
    word=${words[i]}
    if [[ $asked ]]; then
      asked=
    elif [[ ! $ended && $word == -- ]]; then
      ended=1
    elif [[ ! $ended && $word == -* ]]; then
      [[ $valued != *" $word "* ]] || asked=$word
    elif [[ ! $ended ]] && _NAME_below "$path $word"; then
      _NAME_at "$path"
      count=0
    else
      ((count += 1))
    fi
  done
  word=${words[last]}
  if [[ $asked ]]; then
    _NAME_values "$path $asked"
  elif [[ ! $ended && $word == -*=* ]]; then
    before=${word%%=*}= word=${word#*=}
    _NAME_values "$path ${before%=}"
  elif [[ ! $ended && $word == -* ]]; then
    values=("${options[@]}")
  else
    _NAME_values "$path $((count + 1))"
    ((count > 0)) || values+=("${commands[@]}")
  fi
  [[ ! $takes ]] || compopt -o "$takes" 2>/dev/null
  [[ $COMP_WORDBREAKS != *=* ]] || before=
  COMPREPLY=()
  for i in "${values[@]}"; do
    [[ $i == "$word"* ]] || continue
    printf -v i %q "$before$i"
    COMPREPLY+=("$i")
  done
}
)bash";

/// The one name of an option that is offered.
std::string offered_name(const Option& option) {
    return dashed(option).back();
}

/// What may stand at a place.
void write_place(std::ostream& out, const Place& place) {
    std::vector<std::string> commands;
    for (const Command& below : place.command->subcommands)
        commands.push_back(words_of(below).front());
    std::vector<std::string> options;
    std::string valued = " ";
    for (const Option& option : joined({place.own, place.inherited})) {
        options.push_back(offered_name(option));
        if (!takes_next_word(option)) continue;
        for (const std::string& name : dashed(option))
            valued += name + " ";
    }
    out << "  " << single_quoted(place.path) << ")\n    commands=(" << single_quoted(commands)
        << ")\n    options=(" << single_quoted(options) << ")\n    valued=" << single_quoted(valued)
        << " ;;\n";
}

void write_ways_below(std::ostream& out, const Place& place) {
    for (const Command& below : place.command->subcommands) {
        const std::vector<std::string> words = words_of(below);
        std::string pattern;
        for (const std::string& word : words)
            pattern += (pattern.empty() ? "" : " | ") + single_quoted(place.path + " " + word);
        out << "  " << pattern << ") path=" << single_quoted(place.path + " " + words.front()) << " ;;\n";
    }
}

/// What may stand for a value, in the place of which one begins to write.
void write_values(std::ostream& out, const std::string& pattern, const Option& option) {
    const std::vector<std::string> values = values_of(option);
    if (!values.empty()) {
        out << "  " << pattern << ") values=(" << single_quoted(values) << ") ;;\n";
    } else if (option.takes != Takes::text) {
        out << "  " << pattern << ") takes=" << (option.takes == Takes::file ? "default" : "dirnames")
            << " ;;\n";
    }
}

void write_values(std::ostream& out, const Place& place) {
    for (const Option& option : place.own) {
        std::string pattern;
        for (const std::string& name : dashed(option)) {
            pattern += (pattern.empty() ? "" : " | ") + single_quoted(place.path + " " + name);
            if (place.command->subcommands.empty() || tells_of_program(option)) continue;
            pattern += " | " + single_quoted(place.path + " ") + "*" + single_quoted(" " + name);
        }
        write_values(out, pattern, option);
    }
    std::size_t number = 0;
    for (const Option& argument : place.arguments) {
        ++number;
        const std::string pattern = is_list(argument)
                                        ? single_quoted(place.path + " ") + "[0-9]*"
                                        : single_quoted(place.path + " " + std::to_string(number));
        write_values(out, pattern, argument);
    }
}

}  // namespace

std::string bash_completion(const Command& program) {
    const std::string name = words_of(program).front();
    const std::string prefix = "_" + identifier(name);
    const std::vector<Place> all = places(program);
    std::ostringstream out;
    out << "# Completion of " << name << " in bash; made by: " << name << " --completion bash\n";
    out << prefix << "_at() {\n  case $1 in\n";
    for (const Place& place : all)
        write_place(out, place);
    out << "  esac\n}\n" << prefix << "_below() {\n  case $1 in\n";
    for (const Place& place : all)
        write_ways_below(out, place);
    out << "  *) return 1 ;;\n  esac\n}\n" << prefix << "_values() {\n  case $1 in\n";
    // What a command says for itself comes before what those above it say.
    for (const Place& place : std::vector<Place>(all.rbegin(), all.rend()))
        write_values(out, place);
    out << "  esac\n}\n" << filled_in(reading, name);
    out << "complete -F " << prefix << " " << name << "\n";
    return out.str();
}

}  // namespace natscreds::console
