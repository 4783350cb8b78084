#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <support/process.h>
#include <support/programs.h>

namespace natscreds::test {

/// A file of the source tree, as it is shipped.
inline std::string shipped(const std::string& path) {
    return support::read_text(support::source_root() + "/" + path);
}

/// A command as it stands on a page, and the lines of its output that the page shows.
struct Shown {
    std::string command;
    std::vector<std::string> output = {};
};

/// Whether a shell would wait for more lines, as after "for ...; do", "\" and "<<END".
inline bool is_unfinished(const std::string& command) {
    if (command.ends_with("\\")) return true;
    const support::Outcome read = support::run({.argv = {"bash", "-nc", command}});
    return read.exit_code != 0 || read.err.find("here-document") != std::string::npos;
}

/// What stands in a section of a page, in blocks without a language or of the shell's: commands; and where the block
/// shows what they print too, its commands begin with "$ ".
inline std::vector<Shown> shown_in(const std::string& page, const std::string& heading) {
    std::istringstream lines(shipped(page));
    std::vector<Shown> found;
    enum class In { text, commands, transcript, other } in = In::text;
    bool in_section = false;
    bool begins = false;  // a block
    bool continued = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("```")) {
            begins = in == In::text && (line == "```" || line == "```sh");
            in = begins ? In::commands : in == In::text ? In::other : In::text;
            continue;
        }
        if (in == In::text && line.starts_with("#")) in_section = line == heading;
        if (begins && line.starts_with("$ ")) in = In::transcript;
        begins = false;
        if (!in_section || (in != In::commands && in != In::transcript)) continue;
        if (continued)
            found.back().command += "\n" + line;
        else if (in == In::transcript && !line.starts_with("$ "))
            found.back().output.push_back(line);
        else if (!line.empty())
            found.push_back({in == In::transcript ? line.substr(2) : line});
        else
            continue;
        continued = (continued || found.back().output.empty()) && is_unfinished(found.back().command);
    }
    return found;
}

/// The commands alone.
inline std::vector<std::string> commands_of(const std::string& page, const std::string& heading) {
    std::vector<std::string> commands;
    for (Shown& shown : shown_in(page, heading))
        commands.push_back(std::move(shown.command));
    return commands;
}

}  // namespace natscreds::test
