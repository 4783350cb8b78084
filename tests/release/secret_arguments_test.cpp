// A secret where a file's name is asked for, as people have it in containers and CI: no program says it again.
#include <sstream>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/programs.h>
#include <support/temp_dir.h>
#include <support/test_data.h>

using namespace natscreds;
using support::Command;
using support::Outcome;

namespace {

/// What creds files, and their base64, have of a seed: no part of it may be said.
struct Given {
    std::string text;
    std::string secret;
};

std::vector<Given> forms() {
    const std::string creds = support::read_test_data("nsc-store/keys/creds/KO/A/test.creds");
    const std::string seed = creds.substr(creds.find("\nSU") + 1, 58);
    const support::TempDir folder;
    const std::string file = folder.write("my.creds", creds).string();
    const std::string base64 = support::run({.argv = {"base64", "-w0", file}}).out;
    return {{seed, seed},
            {creds, seed},
            {base64, base64.substr(0, 40)},
            {"data:;base64," + base64, base64.substr(0, 40)}};
}

bool says(const Outcome& outcome, const std::string& secret) {
    return (outcome.out + outcome.err).find(secret) != std::string::npos;
}

/// The long options of the program that take a value.
std::vector<std::string> options_of(const std::string& program) {
    std::istringstream help(support::run(support::command(program, {"--help"})).out);
    std::vector<std::string> options;
    for (std::string line; std::getline(help, line);) {
        const std::size_t dashes = line.find("--");
        if (!line.starts_with("  -") || dashes == std::string::npos) continue;
        const std::size_t end = line.find_first_of(" ,", dashes);
        const bool takes_a_value =
            end != std::string::npos && line[end] == ' ' && line[end + 1] >= 'A' && line[end + 1] <= 'Z';
        if (takes_a_value) options.push_back(line.substr(dashes, end - dashes));
    }
    return options;
}

/// Nothing listens there, and what the program tries with it ends at once.
std::vector<std::string> nowhere(const std::vector<std::string>& more) {
    std::vector<std::string> words{"-s", "nats://127.0.0.1:1", "--timeout", "1s"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

}  // namespace

TEST_CASE("Secrets: one given to any option of any program is not said again, neither in --show-config") {
    const std::string program =
        GENERATE("nats-req", "nats-pub", "nats-sub", "nats-rply", "nats-chat", "nats-provisioner");
    const std::vector<std::string> options = options_of(program);
    REQUIRE(options.size() >= 12);
    for (const std::string& option : options) {
        for (const Given& given : forms()) {
            INFO(program << " " << option << " with " << given.text.substr(0, 12));
            CHECK_FALSE(says(support::run(support::command(program, nowhere({option, given.text, "s", "b"}))),
                             given.secret));
            CHECK_FALSE(
                says(support::run(support::command(program, nowhere({option, given.text, "--show-config"}))),
                     given.secret));
        }
    }
}

TEST_CASE("Secrets: one given in any variable is not said again, neither in --show-config") {
    const std::string program =
        GENERATE("nats-req", "nats-pub", "nats-sub", "nats-rply", "nats-chat", "nats-provisioner");
    for (const char* const variable :
         {"NATS_CREDS", "NATS_CERT", "NATS_KEY", "NATS_CA", "NATS_CONTEXT", "NATS_URL"}) {
        for (const Given& given : forms()) {
            INFO(program << " with " << variable << "=" << given.text.substr(0, 12));
            Command connects = support::command(program, {"--timeout", "1s", "s", "b"});
            Command shows = support::command(program, {"--show-config"});
            connects.environment[variable] = shows.environment[variable] = given.text;
            CHECK_FALSE(says(support::run(connects), given.secret));
            CHECK_FALSE(says(support::run(shows), given.secret));
        }
    }
}
