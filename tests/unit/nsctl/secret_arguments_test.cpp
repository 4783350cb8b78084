// A seed or a creds file's content where a name or file is asked for: a mistake that people make in containers and CI.
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/bytes.h>
#include <natscreds/nkeys/signing_key.h>
#include <support/fakes.h>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

using Words = std::vector<std::string>;

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

/// The first words of the lines below a heading of a help, of those with a word in them.
Words below(const std::string& help, const std::string& heading, const std::string& word = "") {
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
void each_command(CommandLine& nsctl, const Words& words,
                  const std::function<void(const Words&, const std::string&)>& visit) {
    const std::string help = nsctl(with(words, {"--help"})).out;
    const Words below_it = below(help, "Subcommands");
    for (const std::string& name : below_it)
        each_command(nsctl, with(words, {name}), visit);
    if (below_it.empty()) visit(words, help);
}

std::string seed() {
    support::FixedRandom random(7);
    const auto key = nkeys::SigningKey::generate(nkeys::Kind::user, random).value();
    const base::Secret text = key.seed_text();
    return std::string(base::as_text(text.expose()));
}

bool shown(const Outcome& outcome, const std::string& secret) {
    return outcome.out.find(secret) != std::string::npos || outcome.err.find(secret) != std::string::npos;
}

}  // namespace

TEST_CASE("nsctl: a seed given to any option or argument of any command is not said again") {
    NscCommandLine walker;
    const std::string secret = seed();
    std::size_t tried = 0;
    each_command(walker, {}, [&](const Words& words, const std::string& help) {
        Words options = below(help, "Options", " TEXT");
        options.insert(options.end(), {"", "-K", "--all-dirs", "--keystore-dir"});
        NscCommandLine nsctl;
        for (const std::string& option : options) {
            const Words given = option.empty() ? Words{secret} : Words{option, secret};
            const Outcome outcome = nsctl(with(words, given));
            std::string command;
            for (const std::string& word : words)
                command += word + " ";
            INFO("nsctl " << command << option);
            CHECK_FALSE(shown(outcome, secret));
            ++tried;
        }
    });
    CHECK(tried > 300);
}
