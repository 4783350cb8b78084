// What is remembered of the last look, while another one takes its time.
#include <atomic>
#include <latch>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/provisioner/observation/readiness.h>
#include <support/eventually.h>

using namespace natscreds;
using provisioner::Readiness;
using std::chrono::milliseconds;
using support::eventually;

namespace {

constexpr std::chrono::hours never{1};

base::Error broken(const char* what) {
    return {std::make_error_code(std::errc::io_error), what};
}

}  // namespace

TEST_CASE("Readiness: before the first look has ended, it is not ready, and says so at once") {
    std::latch go_on{1};
    Readiness readiness(
        {.look = [&] { return go_on.wait(), base::Status(); }, .interval = never, .timeout = never});
    CHECK_FALSE(readiness.now());
    go_on.count_down();
    CHECK(eventually([&] { return readiness.now().has_value(); }));
}

TEST_CASE("Readiness: a look that takes too long is no longer believed to end well") {
    std::latch go_on{1};
    std::atomic<int> looks = 0;
    Readiness readiness({.look =
                             [&] {
                                 if (++looks > 1) go_on.wait();
                                 return base::Status();
                             },
                         .interval = milliseconds(1),
                         .timeout = milliseconds(20)});
    CHECK(eventually([&] { return looks > 1 && !readiness.now(); }));
    CHECK(readiness.now().error().code == std::errc::timed_out);
    go_on.count_down();
    CHECK(eventually([&] { return readiness.now().has_value(); }));
}

TEST_CASE("Readiness: a loss counts at once, and a look that began before it does not take it back") {
    std::latch began{1};
    std::latch go_on{1};
    std::atomic<int> looks = 0;
    Readiness readiness({.look =
                             [&] {
                                 if (++looks == 1) {
                                     began.count_down();
                                     go_on.wait();
                                     return base::Status();
                                 }
                                 return base::Status(broken("the second look"));
                             },
                         .interval = never,
                         .timeout = never});
    began.wait();
    readiness.lost(broken("the connection"));
    CHECK(readiness.now().error().detail == "the connection");
    go_on.count_down();
    CHECK(eventually([&] { return readiness.now().error().detail == "the second look"; }));
}

TEST_CASE("Readiness: what has come back is seen before the interval is over") {
    std::atomic<bool> there = false;
    Readiness readiness({.look = [&] { return there ? base::Status() : base::Status(broken("the ledger")); },
                         .interval = never,
                         .timeout = never});
    CHECK(eventually([&] { return readiness.now().error().detail == "the ledger"; }));
    there = true;
    readiness.look_again();
    CHECK(eventually([&] { return readiness.now().has_value(); }));
}

TEST_CASE("Readiness: a look again that is wanted while one is under way is not forgotten") {
    std::latch began{1};
    std::latch go_on{1};
    std::atomic<int> looks = 0;
    Readiness readiness({.look =
                             [&] {
                                 if (++looks > 1) return base::Status();
                                 began.count_down();
                                 go_on.wait();
                                 return base::Status(broken("the first look"));
                             },
                         .interval = never,
                         .timeout = never});
    began.wait();
    readiness.look_again();
    go_on.count_down();
    CHECK(eventually([&] { return readiness.now().has_value(); }));
}

TEST_CASE("Readiness: once it is stopped nothing is looked at any more, whatever comes back") {
    std::latch began{1};
    std::latch go_on{1};
    std::atomic<int> looks = 0;
    Readiness readiness({.look =
                             [&] {
                                 ++looks;
                                 began.count_down();
                                 go_on.wait();
                                 return base::Status();
                             },
                         .interval = milliseconds(0),
                         .timeout = never});
    began.wait();
    readiness.stop();
    readiness.look_again();
    go_on.count_down();
    readiness.end();
    CHECK(looks == 1);
}
