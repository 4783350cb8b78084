#pragma once

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "command_line.h"

/// Going through all commands of nsctl and their options, by their help.
namespace natscreds::nsctl::test {

using Words = std::vector<std::string>;

inline Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// The first words of the lines below a heading of a help, of those with a word in them.
inline Words below(const std::string& help, const std::string& heading, const std::string& word = "") {
    Words found;
    std::size_t at = help.find("\n" + heading + ":");
    if (at == std::string::npos) return found;
    std::istringstream lines(help.substr(help.find('\n', at + 1) + 1));
    for (std::string line; std::getline(lines, line) && line.starts_with("  ");) {
        const std::size_t end = line.find_first_of(" ,", 2);
        if (line[2] != ' ' && line.find(word) != std::string::npos) found.push_back(line.substr(2, end - 2));
    }
    return found;
}

/// Calls `visit` with the words and the help of each command that has none below it.
inline void each_command(CommandLine& nsctl, const Words& words,
                         const std::function<void(const Words&, const std::string&)>& visit) {
    const std::string help = nsctl(with(words, {"--help"})).out;
    const Words below_it = below(help, "Subcommands");
    for (const std::string& name : below_it)
        each_command(nsctl, with(words, {name}), visit);
    if (below_it.empty()) visit(words, help);
}

}  // namespace natscreds::nsctl::test
