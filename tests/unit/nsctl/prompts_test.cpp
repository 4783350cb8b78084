// --interactive: what is missing on the command line is asked for, and nothing else.
#include <map>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "command_line.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// Answers each question by its text, and remembers it.
struct Asked {
    std::vector<std::string> questions;
    std::string answer;

    [[nodiscard]] auto asking() {
        return [this](std::string_view question) -> base::Result<std::string> {
            questions.emplace_back(question);
            return answer;
        };
    }
};

}  // namespace

TEST_CASE("--interactive: an argument that is missing is asked for, and an empty line leaves it out") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "O"}).exit_code == 0);
    Asked asked{.questions = {}, .answer = "A"};
    nsctl.ask_line = asked.asking();
    REQUIRE(nsctl({"add", "account", "-i"}).exit_code == 0);
    CHECK(asked.questions.size() == 1);
    CHECK(nsctl({"describe", "account", "A"}).exit_code == 0);
    asked.answer = "";
    CHECK(nsctl({"describe", "account", "--interactive"}).exit_code == 0);
}

TEST_CASE("--interactive: what is given is not asked for, be it as an option or as a word") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "O"}).exit_code == 0);
    Asked asked;
    nsctl.ask_line = asked.asking();
    CHECK(nsctl({"-i", "add", "account", "A"}).exit_code == 0);
    CHECK(nsctl({"add", "account", "-i", "--name", "B"}).exit_code == 0);
    CHECK(nsctl({"add", "account", "-i", "--name=C"}).exit_code == 0);
    CHECK(nsctl({"add", "account", "-i", "-nD"}).exit_code == 0);
    CHECK(asked.questions.empty());
}

TEST_CASE("--interactive: without a terminal it is an error, and without the option nothing is asked for") {
    CommandLine nsctl;
    REQUIRE(nsctl({"add", "operator", "O"}).exit_code == 0);
    const Outcome outcome = nsctl({"add", "account", "-i"});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.err.find("there is no terminal to ask on") != std::string::npos);
    Asked asked{.questions = {}, .answer = "A"};
    nsctl.ask_line = asked.asking();
    (void)nsctl({"add", "account"});
    CHECK(asked.questions.empty());
}
