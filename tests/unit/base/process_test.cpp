#include <csignal>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/process.h>
#include <support/process.h>

using namespace natscreds::base;
using natscreds::support::run_in_child;

namespace {

bool readable(int descriptor) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return poll(&waiting, 1, 0) == 1;
}

}  // namespace

TEST_CASE("harden_process: core dumps are forbidden and the memory is closed to others") {
    const auto outcome = run_in_child([] {
        if (prctl(PR_GET_DUMPABLE) != 1) return 2;
        if (!harden_process()) return 3;
        rlimit cores{1, 1};
        getrlimit(RLIMIT_CORE, &cores);
        const bool forbidden = cores.rlim_cur == 0 && cores.rlim_max == 0;
        return forbidden && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("harden_process: it may be called again") {
    CHECK(run_in_child([] { return harden_process() && harden_process() ? 0 : 1; }).exit_code == 0);
}

TEST_CASE("SignalWait: a signal is waited for instead of ending the process") {
    const auto outcome = run_in_child([] {
        const SignalWait signals({SIGTERM, SIGINT});
        raise(SIGTERM);
        return signals.next() == SIGTERM ? 0 : 1;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("SignalWait: the descriptor is readable when a signal is there, not before and not after") {
    const auto outcome = run_in_child([] {
        const SignalWait signals({SIGINT});
        if (readable(signals.descriptor())) return 1;
        raise(SIGINT);
        if (!readable(signals.descriptor())) return 2;
        if (signals.next() != SIGINT) return 3;
        return readable(signals.descriptor()) ? 4 : 0;
    });
    CHECK(outcome.exit_code == 0);
}

TEST_CASE("SignalWait: other signals still do what they did") {
    const auto outcome = run_in_child([] {
        const SignalWait signals({SIGINT});
        return raise(SIGTERM);
    });
    CHECK(outcome.exit_code == 128 + SIGTERM);
}
