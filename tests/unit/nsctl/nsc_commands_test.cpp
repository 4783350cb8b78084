// Every command and flag of nsc is one of nsctl, too, or stands in a list with its reason.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "command_walk.h"
#include "stored.h"

using namespace natscreds::nsctl::test;
namespace support = natscreds::support;

namespace {

/// What is not there, be it a command or a flag behind a command, and why.
const std::map<std::string, std::string> left_out{
    {"generate activation --push", "sends to an HTTP account server, which NATS has no more"},
    {"load", "sets up an account with one vendor's service"},
    {"pull --tls-curves", "which curves TLS uses is set for OpenSSL as a whole, in its configuration"},
    {"push --tls-curves", "the same"},
};

using Flags = std::set<std::string>;

/// "-n,--name" as "-n" and "--name".
void add_names(Flags& flags, const std::string& names) {
    std::istringstream parts(names);
    for (std::string part; std::getline(parts, part, ',');)
        flags.insert(part);
}

/// The names of the options that a help lists, or mentions below them.
Flags flags_in(const std::string& help) {
    Flags flags;
    static const std::regex mentioned("--[a-z-]+");
    const std::size_t below_options = help.find("\n\n\n");
    if (below_options != std::string::npos) {
        const std::string notes = help.substr(below_options);
        for (std::sregex_iterator word(notes.begin(), notes.end(), mentioned), end; word != end; ++word)
            flags.insert(word->str());
    }
    std::istringstream lines(help);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t begin = line.find_first_not_of(' ');
        if (begin == std::string::npos || line[begin] != '-') continue;
        add_names(flags, line.substr(begin, line.find_first_of(" [", begin) - begin));
    }
    return flags;
}

std::map<std::string, Flags> flags_of_nsctl() {
    std::map<std::string, Flags> commands;
    CommandLine nsctl;
    const Flags everywhere = flags_in(nsctl({"--help"}).out);
    each_command(nsctl, {}, [&](const Words& words, const std::string& help) {
        std::string name;
        for (const std::string& word : words)
            name += (name.empty() ? "" : " ") + word;
        commands[name] = flags_in(help);
        commands[name].insert(everywhere.begin(), everywhere.end());
    });
    return commands;
}

struct NscCommand {
    std::string name;
    Words flags;  ///< "-n,--name"
};

std::vector<NscCommand> commands_of_nsc() {
    std::vector<NscCommand> commands;
    std::istringstream lines(support::read_test_data("nsc-commands.txt"));
    for (std::string line; std::getline(lines, line);) {
        NscCommand command;
        std::istringstream words(line);
        for (std::string word; words >> word;) {
            if (word.starts_with('-')) {
                command.flags.push_back(word);
            } else {
                command.name += (command.name.empty() ? "" : " ") + word;
            }
        }
        commands.push_back(command);
    }
    return commands;
}

/// The names of an nsc flag that nsctl does not have.
bool has_all(const Flags& there, const std::string& names) {
    Flags wanted;
    add_names(wanted, names);
    return std::ranges::includes(there, wanted);
}

}  // namespace

TEST_CASE(
    "nsctl: each command and flag of nsc is there, or is left out for a reason that stands in this file") {
    const std::map<std::string, Flags> there = flags_of_nsctl();
    std::set<std::string> missing;
    const std::vector<NscCommand> commands = commands_of_nsc();
    REQUIRE(commands.size() == 56);
    for (const NscCommand& command : commands) {
        const auto found = there.find(command.name);
        if (found == there.end()) {
            missing.insert(command.name);
            continue;
        }
        for (const std::string& flag : command.flags) {
            if (!has_all(found->second, flag))
                missing.insert(command.name + " " + flag.substr(flag.find("--")));
        }
    }
    for (const auto& [what, reason] : left_out)
        INFO(what << ": " << reason);
    for (const std::string& what : missing) {
        INFO(what << " is missing");
        CHECK(left_out.contains(what));
    }
    for (const auto& [what, reason] : left_out) {
        INFO(what << " is there, so it needs no reason");
        CHECK(missing.contains(what));
    }
}
