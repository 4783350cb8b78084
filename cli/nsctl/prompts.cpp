#include "prompts.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "errors.h"

namespace natscreds::nsctl {
namespace {

/// What a command line names, and what it gives to that.
struct GivenLine {
    const console::Command* command;
    std::set<const console::Option*> options;
    std::size_t arguments = 0;  ///< words that are no command's and no option's
};

const console::Command* below_called(const console::Command& command, const std::string& word) {
    for (const console::Command& below : command.subcommands) {
        const auto words = console::words_of(below);
        if (std::ranges::find(words, word) != words.end()) return &below;
    }
    return nullptr;
}

const console::Option* option_called(const console::Command& command, std::string_view word) {
    const std::string_view name = word.substr(0, word.find('='));
    for (const console::Option& option : command.options) {
        const console::Names names = console::names_of(option);
        if (!names.word.empty() && name == "--" + names.word) return &option;
        if (!names.letter.empty() && name[1] != '-' && name.starts_with("-" + names.letter)) return &option;
    }
    return nullptr;
}

/// Whether its value is the next word.
bool takes_next(const console::Option& option, std::string_view word) {
    const bool alone = word.starts_with("--") ? word.find('=') == std::string_view::npos : word.size() == 2;
    return alone && !console::is_flag(option) && option.without_value.empty();
}

GivenLine given_in_line(const console::Command& program, const std::vector<std::string>& words) {
    GivenLine line{.command = &program, .options = {}};
    for (auto word = words.begin(); word != words.end() && *word != "--"; ++word) {
        if (word->size() > 1 && word->starts_with('-')) {
            const console::Option* option = option_called(*line.command, *word);
            if (option == nullptr) option = option_called(program, *word);
            if (option == nullptr) continue;
            line.options.insert(option);
            if (takes_next(*option, *word) && word + 1 != words.end()) ++word;
        } else if (const console::Command* const below = below_called(*line.command, *word)) {
            line.command = below;
        } else {
            ++line.arguments;
        }
    }
    return line;
}

/// Those that can be given as words, and those that have to be given, as far as they are not.
std::vector<const console::Option*> missing_in(const GivenLine& line) {
    std::vector<const console::Option*> missing;
    std::size_t words = line.arguments;
    for (const console::Option& option : line.command->options) {
        const bool argument = !console::names_of(option).argument.empty();
        if (console::is_flag(option) || line.options.contains(&option)) continue;
        if (argument && words > 0) {
            --words;
        } else if (argument || option.required) {
            missing.push_back(&option);
        }
    }
    return missing;
}

bool is_interactive(const std::vector<std::string>& words) {
    const auto end = std::ranges::find(words, "--");
    return std::find_if(words.begin(), end, [](const std::string& word) {
               return word == "-i" || word == "--interactive";
           }) != end;
}

void add_answer(std::vector<std::string>& words, const console::Option& option, const std::string& answer) {
    const console::Names names = console::names_of(option);
    if (!names.word.empty()) words.push_back("--" + names.word);
    words.push_back(answer);
}

}  // namespace

base::Result<std::vector<std::string>> with_answers(const console::Command& program,
                                                    std::vector<std::string> arguments, const World& world) {
    if (!is_interactive(arguments)) return arguments;
    if (!world.ask_line) return base::Error{Errc::no_terminal, "--interactive"};
    const GivenLine line = given_in_line(program, arguments);
    for (const console::Option* option : missing_in(line)) {
        const auto answer = world.ask_line(option->help + ": ");
        if (!answer) return answer.error();
        if (!answer->empty()) add_answer(arguments, *option, *answer);
    }
    return arguments;
}

}  // namespace natscreds::nsctl
