// scripts/lib/transcript.sh: a demo that is ended in its middle leaves nothing behind.
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <support/process.h>
#include <support/programs.h>
#include <support/test_data.h>

#include "nsctl_shell.h"

using namespace natscreds;

namespace {

bool is_gone(const std::string& pid) {
    return kill(std::stoi(pid), 0) == -1 && errno == ESRCH;
}

/// One that a demo starts, one below it in a session of its own, as a server is, and one that the demo waits for.
const std::string steps =
    "headless=true folder=$PWD/stage; mkdir $folder; . $LIBRARY; cd $folder; "
    "start keeper ready bash -c 'echo $$ >../keeper; setsid bash -c \"echo \\$\\$ >../server; echo ready; "
    "exec sleep 999\"'; await bash -c 'echo $$ >../waited; echo in the middle; exec sleep 999'";

}  // namespace

TEST_CASE("transcript: by a signal it ends at once, with what it started, and its folder is gone") {
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP);
    const nsctl::test::Shell shell;
    support::Process demo({.argv = {"env", "--default-signal", "bash", "-euo", "pipefail", "-c", steps},
                           .folder = shell.folder.path(),
                           .environment = {{"LIBRARY", support::source_root() + "/scripts/lib/transcript.sh"},
                                           {"root", support::source_root()}}});
    demo.wait_for_output("in the middle");
    demo.signal(signal);
    CHECK(demo.wait().exit_code == 128 + signal);
    for (const char* const started : {"keeper", "server", "waited"}) {
        const std::string pid = shell.out(std::string("cat ") + started);
        CAPTURE(started, pid);
        CHECK(support::eventually([&] { return is_gone(pid); }));
    }
    CHECK_FALSE(std::filesystem::exists(shell.folder.path() / "stage"));
}

TEST_CASE("transcript: a step that does not hold ends the demo, and says which") {
    const nsctl::test::Shell shell;
    const auto play = [&](const std::string& step) {
        return shell("headless=true; root=/nowhere; folder=$(mktemp -d); . " + support::source_root() +
                     "/scripts/lib/transcript.sh; cd $folder; " + step + "; echo it went on");
    };
    CHECK(play("refused 1 word sh -c 'echo word; exit 1'").out ==
          "$ sh -c 'echo word; exit 1'\nword\n  (exit code 1)\nit went on\n");
    CHECK(play("refused 1 word true").err == "demo: 'true' ended with 0, expected 1\n");
    CHECK(play("refused 1 word false").err == "demo: 'false' did not say 'word'\n");
    CHECK(play("start server ready sh -c 'echo broken'").err ==
          "broken\ndemo: 'sh -c echo broken' did not say 'ready'\n");
}
