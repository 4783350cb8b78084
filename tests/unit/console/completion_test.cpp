#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/cli/console/completion.h>
#include <support/odd_tool.h>

using namespace natscreds::console;
using namespace natscreds::support;

namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string script(const std::string& shell) {
    OddValues values;
    return completion(odd_tool(values), shell).value();
}

/// What a command line is answered with.
std::string answer(const std::vector<std::string>& words) {
    OddValues values;
    const Reading reading = parse(odd_tool(values), words);
    const auto* const answer = std::get_if<Answer>(&reading);
    return answer != nullptr ? answer->text : "";
}

}  // namespace

TEST_CASE("Completion: --completion prints a script for each shell, and is refused for any other") {
    for (const std::string& shell : shells()) {
        CHECK(answer({"--completion", shell}) == script(shell));
        CHECK(answer({"--completion=" + shell}) == script(shell));
    }
    OddValues values;
    CHECK_FALSE(completion(odd_tool(values), "tcsh"));
    const Reading reading = parse(odd_tool(values), {"--completion", "tcsh"});
    REQUIRE(std::holds_alternative<Complaint>(reading));
    CHECK(has(std::get<Complaint>(reading).text, "tcsh"));
}

TEST_CASE("Completion: it is printed where an argument or a command is missing") {
    CHECK(answer({"kinds", "--completion", "bash"}) == script("bash"));
    CHECK(answer({"--man"}).starts_with(".TH "));
}

TEST_CASE("Completion: what is hidden is not offered") {
    const std::string shell = GENERATE("bash", "zsh", "fish");
    CHECK(has(script(shell), "folder"));
    CHECK_FALSE(has(script(shell), "shy"));
}

TEST_CASE("Completion: a program with a dash in its name has functions with names that each shell takes") {
    CHECK(has(script("bash"), "\n_odd_tool() {\n"));
    CHECK(script("bash").ends_with("\ncomplete -F _odd_tool odd-tool\n"));
    CHECK(script("zsh").starts_with("#compdef odd-tool\n"));
    CHECK(has(script("zsh"), "\n_odd-tool_sub-part() {\n"));
    CHECK(has(script("fish"), "\nfunction __odd_tool_at\n"));
}

TEST_CASE("Completion: zsh and fish are told the help, with nothing in it that they would read") {
    CHECK(has(script("zsh"),
              R"('(-q --quoted)--quoted=[it'\''s "so" \[or\] a\:b, `run` $HOME \\n {x} %s - ~ ^ *]:TEXT:)"));
    CHECK(has(script("fish"), R"( -d 'it\'s "so" [or] a:b, `run` $HOME \\n {x} %s - ~ ^ *')"));
    CHECK(has(script("zsh"), "[two lines]"));
    CHECK(has(script("fish"), "-d 'two lines'"));
}

TEST_CASE("Completion: an option with a value behind = only does not take the next word") {
    CHECK(has(script("bash"), "valued=' --completion -q --quoted --file '"));
    CHECK(has(script("zsh"), "--count=-[so often]::"));
    CHECK(has(script("fish"), " -l count -f -d"));
    CHECK(has(script("fish"), " -l file -r -F -d"));
}
