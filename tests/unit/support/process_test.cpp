#include <csignal>

#include <catch2/catch_test_macros.hpp>

#include <support/process.h>

using namespace natscreds::support;
using std::chrono::milliseconds;

TEST_CASE("Process: input, folder and environment reach the program, its outputs and exit code come back") {
    const TempDir folder;
    const Outcome outcome = run({.argv = {"sh", "-c", "cat; pwd; echo \"$COLOUR\" >&2; exit 3"},
                                 .input = "text\n",
                                 .folder = folder.path(),
                                 .environment = {{"COLOUR", "green"}}});
    CHECK(outcome.exit_code == 3);
    CHECK(outcome.out == "text\n" + folder.path().string() + "\n");
    CHECK(outcome.err == "green\n");
}

TEST_CASE("Process: a variable of the environment can be taken away") {
    const Outcome outcome =
        run({.argv = {"sh", "-c", "echo \"${HOME-unset}\""}, .environment = {{"HOME", {}}}});
    CHECK(outcome.out == "unset\n");
}

TEST_CASE("Process: what cannot be started ends with 127, as in a shell") {
    CHECK(run({.argv = {"/there/is/no/such/program"}}).exit_code == 127);
}

TEST_CASE("Process: a program that goes on after its deadline fails the test") {
    CHECK_THROWS(run({.argv = {"sleep", "600"}, .deadline = milliseconds(20)}));
}

TEST_CASE("Process: text that was written is waited for, and a signal is answered") {
    Process process(
        {.argv = {"sh", "-c", "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.01; done"}});
    process.wait_for_output("ready");
    CHECK(process.running());
    const Outcome outcome = process.stop();
    CHECK(outcome.exit_code == 5);
    CHECK(outcome.out == "ready\nbye\n");
}

TEST_CASE("Process: waiting for text ends when the program does") {
    Process process({.argv = {"echo", "something else"}});
    CHECK_THROWS(process.wait_for_output("ready"));
}

TEST_CASE("Process: its end is the end of the program, even of one that ignores SIGTERM") {
    int pid = 0;
    {
        Process process({.argv = {"sh", "-c", "trap '' TERM; echo ready; exec sleep 600"}});
        process.wait_for_output("ready");
        pid = process.pid();
        CHECK(kill(pid, 0) == 0);
    }
    CHECK(kill(pid, 0) != 0);
}

TEST_CASE("Process: a child that is killed by signal N ends with 128 + N") {
    CHECK(run_in_child([] { return raise(SIGKILL); }).exit_code == 128 + SIGKILL);
    CHECK(run_in_child([] { return 7; }).exit_code == 7);
}
