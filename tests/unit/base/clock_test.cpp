#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/clock.h>

using namespace natscreds::base;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::system_clock;

TEST_CASE("SystemClock: it shows the machine's time, in whole seconds and never ahead") {
    const Time before = floor<seconds>(system_clock::now());
    const Time shown = SystemClock().now();
    const Time after = floor<seconds>(system_clock::now());
    CHECK(before <= shown);
    CHECK(shown <= after);
}
