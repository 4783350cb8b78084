#include <ctime>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/interval_clock.h>

using namespace natscreds;

TEST_CASE("Intervals: the machine's are counted while it sleeps, too") {
    const auto reading = [] {
        timespec now{};
        REQUIRE(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
        return base::Instant(std::chrono::seconds(now.tv_sec));
    };
    const base::SystemIntervalClock clock;
    const base::Instant before = reading();
    const base::Instant seen = clock.now();
    CHECK(seen >= before);
    CHECK(seen <= reading());
}
