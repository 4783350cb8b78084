#include <catch2/catch_test_macros.hpp>

#include <natscreds/bus/backoff.h>

using natscreds::bus::Backoff;
using namespace std::chrono_literals;

TEST_CASE("Backoff: the wait doubles with each failure, up to the most, however many there are") {
    const Backoff backoff{.first = 100ms, .most = 1s};
    CHECK(backoff.delay(0, 0.5) == 100ms);
    CHECK(backoff.delay(1, 0.5) == 200ms);
    CHECK(backoff.delay(3, 0.5) == 800ms);
    CHECK(backoff.delay(4, 0.5) == 1s);
    CHECK(backoff.delay(4'000'000'000, 0.5) == 1s);
}

TEST_CASE("Backoff: it is scattered by a quarter to both sides") {
    const Backoff backoff{.first = 100ms, .most = 1s};
    CHECK(backoff.delay(0, 0) == 75ms);
    CHECK(backoff.delay(0, 1) == 125ms);
    CHECK(backoff.delay(9, 1) == 1250ms);
}

TEST_CASE("Backoff: scattered, it is anything from nothing to what it has grown to") {
    const Backoff backoff{.first = 100ms, .most = 1s};
    CHECK(backoff.jittered(0, 0) == 0ms);
    CHECK(backoff.jittered(0, 1) == 100ms);
    CHECK(backoff.jittered(2, 0.5) == 200ms);
    CHECK(backoff.jittered(9, 1) == 1s);
}
