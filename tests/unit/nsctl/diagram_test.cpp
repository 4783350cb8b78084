#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/occurrences.h>

#include "stored.h"

using namespace natscreds;
using namespace natscreds::nsctl::test;

namespace {

/// Account B imports what A exports, and something that nobody exports.
class DiagramLine : public CommandLine {
  public:
    DiagramLine() {
        ok({"add", "operator", "KO"});
        ok({"add", "account", "A"});
        ok({"add", "export", "-a", "A", "--service", "--subject", "help.>", "--name", "the \"help\""});
        ok({"add", "account", "B"});
        ok({"add", "user", "-a", "B", "u", "--allow-pub", "help.me"});
        ok({"add", "import", "-a", "B", "--service", "--src-account", "A", "--remote-subject", "help.me",
            "--local-subject", "please"});
        ok({"add", "import", "-a", "B", "--src-account", "A", "--remote-subject", "gone"});
    }
    void ok(const std::vector<std::string>& words) { REQUIRE((*this)(words).exit_code == 0); }
};

}  // namespace

TEST_CASE(
    "generate diagram component: exports, their importers, and imports that lead nowhere, in each format") {
    DiagramLine nsctl;
    const auto [format, beginning, missing] = GENERATE(table<std::string, std::string, std::string>({
        {"plantuml", "@startuml\ntitle Component Diagram of Accounts - Operator KO\n",
         "<< not-found public stream >>"},
        {"mermaid", "---\ntitle: ", "not found: public stream"},
        {"dot", "digraph nats {\n", "not found: public stream"},
    }));
    const Outcome drawn = nsctl({"generate", "diagram", "component", "--format", format});
    CHECK(drawn.exit_code == 0);
    CHECK(drawn.out.starts_with(beginning));
    CHECK(support::count(drawn.out, missing) == 1);
    CHECK(contains(drawn.out, "\"help.me as please\""));
    CHECK(contains(drawn.out, "the 'help'"));
}

TEST_CASE("generate diagram object: users and keys where asked for, into a file where named") {
    DiagramLine nsctl;
    const std::string plain = nsctl({"generate", "diagram", "object"}).out;
    CHECK(plain.starts_with("@startuml\n"));
    CHECK(plain.ends_with("@enduml\n"));
    CHECK(contains(plain, "object \"A\" as A"));
    CHECK_FALSE(contains(plain, "<< user >>"));
    CHECK_FALSE(contains(plain, "Identity Key"));
    const std::string file = (nsctl.folder / "tree.puml").string();
    nsctl.ok({"generate", "diagram", "object", "--users", "--show-keys", "--detail", "-o", file});
    const std::string all = support::read_text(file);
    CHECK(contains(all, "<< user >>"));
    CHECK(contains(all, "Publish Allow = help.me"));
    CHECK(contains(all, "(stored)"));
    CHECK(contains(all, "Max Exports = -1 (unlimited)"));
    CHECK(nsctl({"generate", "diagram", "object", "--format", "svg"}).exit_code == 1);
}

TEST_CASE(
    "generate context: a context of the nats tool names the user, its creds file and the operator's server") {
    DiagramLine nsctl;
    nsctl.ok({"edit", "operator", "--service-url", "nats://localhost:4222"});
    nsctl.ok({"generate", "context", "-a", "B", "-u", "u", "--context", "chat"});
    const std::filesystem::path file = nsctl.folder / "home/.config/nats/context/chat.json";
    const std::string creds = (nsctl.folder / "nsc/nkeys/creds/KO/B/u.creds").string();
    CHECK(support::read_text(file) ==
          R"({"nsc":"nsc://KO/B/u","url":"nats://localhost:4222","creds":")" + creds + R"("})");
    CHECK(contains(nsctl({"generate", "context", "-a", "B", "--context", "a/b"}).err, "--context"));
    CHECK(contains(nsctl({"generate", "context", "-a", "B", "-u", "v", "--context", "c"}).err,
                   "there is no such user"));
    std::filesystem::remove(creds);
    CHECK(contains(nsctl({"generate", "context", "-a", "B", "--context", "c"}).err, "no such creds file"));
}
