#include <natscreds/cli/console/command_line.h>

#include <algorithm>
#include <ostream>
#include <sstream>

#include <natscreds/cli/console/arguments.h>
#include <natscreds/cli/console/completion.h>

namespace natscreds::console {
namespace {

/// Those of the commands below it as well.
void collect_known(const Command& command, std::vector<KnownOption>& known) {
    for (const Option& option : command.options) {
        const Names names = names_of(option);
        if (names.word.empty() && names.letter.empty()) continue;
        const auto value = is_flag(option) ? KnownOption::Value::none : KnownOption::Value::one;
        known.push_back({names.word, names.letter, value});
    }
    for (const Command& below : command.subcommands)
        collect_known(below, known);
}

/// Arranged words, with those of commands before the options, which may be theirs.
std::vector<std::string> commands_first(const std::vector<std::string>& words) {
    const auto separator = std::ranges::find(words, "--");
    const auto values = separator == words.end() ? separator : separator + 1;
    const auto dashed =
        std::find_if(values, words.end(), [](const std::string& word) { return word.starts_with('-'); });
    std::vector<std::string> all(values, dashed);
    all.insert(all.end(), words.begin(), separator);
    if (dashed != words.end()) all.emplace_back("--");
    all.insert(all.end(), dashed, words.end());
    return all;
}

/// Help without its blank lines, so that it fits a screen; one stays, before the examples.
std::string dense(const std::string& help) {
    std::istringstream lines(help);
    std::string text;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        if (line == "Examples:") text += "\n";
        text += line + "\n";
    }
    return text;
}

ExitCode complain(const Complaint& complaint, const Reporter& reporter) {
    if (!complaint.text.empty()) return reporter.wrong_usage(complaint.text);
    const std::vector<std::string>& unknown = complaint.unknown;
    const auto option = std::find_if(unknown.begin(), unknown.end(), [](const std::string& word) {
        return word.size() > 1 && word[0] == '-' && word != "--";
    });
    if (option == unknown.end()) return reporter.wrong_usage(unknown.back() + ": one argument too many");
    return reporter.wrong_usage(*option +
                                ": no such option (write -- before a value that begins with a dash)");
}

}  // namespace

OptionList generated_options() {
    return {{.names = "--completion",
             .to = Completion{},
             .help = "print what makes bash, zsh or fish complete command lines",
             .value = "SHELL",
             .choices = shells()},
            {"--man", ManPage{}, "print the manual page"}};
}

std::optional<ExitCode> read_command_line(const Command& program, const std::vector<std::string>& arguments,
                                          std::ostream& out, const Reporter& reporter) {
    std::vector<KnownOption> known;
    collect_known(program, known);
    const base::Result<std::vector<std::string>> words = arranged(arguments, known);
    if (!words) return reporter.wrong_usage(words.error().detail);
    const Reading reading = parse(program, program.subcommands.empty() ? *words : commands_first(*words));
    if (const auto* const complaint = std::get_if<Complaint>(&reading)) return complain(*complaint, reporter);
    const auto* const answer = std::get_if<Answer>(&reading);
    if (answer == nullptr) return std::nullopt;
    out << (answer->help ? dense(answer->text) : answer->text);
    return ExitCode::done;
}

}  // namespace natscreds::console
