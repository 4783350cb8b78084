// How the programs are built that are shipped: what makes a mistake in memory harder to use.
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <support/process.h>
#include <support/programs.h>

using namespace natscreds;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string readelf(const std::string& program, const std::string& what) {
    const support::Outcome outcome =
        support::run({.argv = {"readelf", "--wide", what, support::program(program)}});
    INFO(outcome.err);
    REQUIRE(outcome.exit_code == 0);
    return outcome.out;
}

/// The line that begins with these words, after blanks.
std::string line_of(const std::string& text, const std::string& words) {
    const std::size_t at = text.find(words);
    return at == std::string::npos ? std::string() : text.substr(at, text.find('\n', at) - at);
}

}  // namespace

TEST_CASE(
    "Hardening: each program lies at a random address, and nothing that is run or called can be "
    "overwritten") {
    const std::string program =
        GENERATE("nats-provisioner", "nats-chat", "nsctl", "nats-req", "nats-rply", "nats-sub", "nats-pub");
    CAPTURE(program);
    CHECK_THAT(readelf(program, "--file-header"),
               ContainsSubstring("DYN (Position-Independent Executable file)"));
    const std::string segments = readelf(program, "--segments");
    CHECK_THAT(segments, ContainsSubstring("GNU_RELRO"));
    const std::string stack = line_of(segments, "GNU_STACK");
    CHECK_THAT(stack, ContainsSubstring("RW") && !ContainsSubstring("RWE"));
    const std::string dynamic = readelf(program, "--dynamic");
    CHECK_THAT(dynamic, ContainsSubstring("BIND_NOW"));
    CHECK_THAT(dynamic, ContainsSubstring("PIE"));
    CHECK_THAT(dynamic, !ContainsSubstring("TEXTREL"));
}

TEST_CASE("Hardening: each program checks its stack and its containers' bounds") {
    const std::string program =
        GENERATE("nats-provisioner", "nats-chat", "nsctl", "nats-req", "nats-rply", "nats-sub", "nats-pub");
    CAPTURE(program);
    const std::string symbols = readelf(program, "--dyn-syms");
    CHECK_THAT(symbols, ContainsSubstring("__stack_chk_fail"));
    CHECK_THAT(symbols, ContainsSubstring("__glibcxx_assert_fail"));
}

// What fortification adds to a program can be seen in it only where a length is not known before it runs.
TEST_CASE("Hardening: each source is compiled with fortified calls, and with variables that begin as zero") {
    const std::string commands = support::read_text(support::build_folder() + "/compile_commands.json");
    std::size_t sources = 0;
    for (std::size_t at = commands.find("\"command\": "); at != std::string::npos;
         at = commands.find("\"command\": ", at + 1)) {
        const std::string command = commands.substr(at, commands.find('\n', at) - at);
        CAPTURE(command);
        CHECK_THAT(command, ContainsSubstring(" -D_FORTIFY_SOURCE=3 ") && ContainsSubstring(" -O2 "));
        CHECK_THAT(command, ContainsSubstring(" -ftrivial-auto-var-init=zero "));
        ++sources;
    }
    CHECK(sources > 100);
}
