#include <csignal>
#include <thread>

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/ending.h>
#include <support/process.h>

using namespace natscreds::base;
using natscreds::support::run_in_child;

namespace {

Error refused() {
    return {std::make_error_code(std::errc::connection_refused), "the server"};
}

}  // namespace

TEST_CASE("Ending: a signal ends the waiting well") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGTERM});
        raise(SIGTERM);
        return ending.wait() ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Ending: word that all is done ends the waiting well, also when it comes from another thread") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGTERM});
        const std::jthread handler([&] { ending.enough(); });
        return ending.wait() ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Ending: word given twice, and before the waiting, is no more than word given once") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGTERM});
        ending.enough();
        ending.enough();
        return ending.wait() ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Ending: a failure ends the waiting with its error, and the first of two counts") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGTERM});
        ending.failed(refused());
        ending.failed({std::make_error_code(std::errc::timed_out), "later"});
        const Status status = ending.wait();
        return !status && status.error().code == std::errc::connection_refused ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("Ending: the waiting goes on until something happens") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGUSR1});
        alarm(1);  // SIGALRM, which nobody waits for, ends the process
        return ending.wait() ? 0 : 1;
    });
    CHECK(outcome.exit_code == 128 + SIGALRM);
}

TEST_CASE("Ending: after the waiting a further signal ends the process at once") {
    const auto outcome = run_in_child([] {
        Ending ending({SIGTERM});
        raise(SIGTERM);
        if (!ending.wait()) return 1;
        raise(SIGTERM);
        return 2;
    });
    CHECK(outcome.exit_code == 128 + SIGTERM);
}
