#include <natscreds/cli/console/command_line.h>

#include <algorithm>
#include <ostream>
#include <sstream>

#include <CLI/CLI.hpp>

#include <natscreds/cli/console/arguments.h>

namespace natscreds::console {
namespace {

std::vector<KnownOption> known_options(const CLI::App& app) {
    std::vector<KnownOption> known;
    for (const CLI::Option* option : app.get_options()) {
        const auto value =
            option->get_expected_max() > 0 ? KnownOption::Value::one : KnownOption::Value::none;
        const std::string letter = option->get_snames().empty() ? "" : option->get_snames().front();
        for (const std::string& name : option->get_lnames())
            known.push_back({name, letter, value});
        if (option->get_lnames().empty() && !letter.empty()) known.push_back({"", letter, value});
    }
    return known;
}

/// The library's help without its blank lines, so that it fits a screen; one stays, before the examples.
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

/// What is wrong with the words that fit nowhere.
ExitCode complain(const std::vector<std::string>& unexpected, const Reporter& reporter) {
    const auto option = std::find_if(unexpected.begin(), unexpected.end(), [](const std::string& word) {
        return word.size() > 1 && word[0] == '-' && word != "--";
    });
    if (option == unexpected.end())
        return reporter.wrong_usage(unexpected.back() + ": one argument too many");
    return reporter.wrong_usage(*option +
                                ": no such option (write -- before a value that begins with a dash)");
}

}  // namespace

std::optional<ExitCode> read_command_line(CLI::App& app, const std::vector<std::string>& arguments,
                                          std::ostream& out, const Reporter& reporter) {
    base::Result<std::vector<std::string>> words = arranged(arguments, known_options(app));
    if (!words) return reporter.wrong_usage(words.error().detail);
    std::reverse(words->begin(), words->end());  // CLI11 takes them from the end
    try {
        app.parse(*words);
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        out << dense(app.help());
        return ExitCode::done;
    } catch (const CLI::CallForVersion& version) {
        out << version.what() << '\n';
        return ExitCode::done;
    } catch (const CLI::ExtrasError&) {
        return complain(app.remaining(), reporter);
    } catch (const CLI::ParseError& error) {
        return reporter.wrong_usage(error.what());
    }
}

}  // namespace natscreds::console
