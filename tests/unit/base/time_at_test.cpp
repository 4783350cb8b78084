#include <limits>

#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/time_at.h>

using namespace natscreds::base;

TEST_CASE("time_at: the years 0 to 9999 are moments, and no other number is") {
    using Limits = std::numeric_limits<std::int64_t>;
    CHECK(time_at(0) == Time());
    CHECK(time_at(-62'167'219'200) == Time(std::chrono::sys_days{std::chrono::year{0} / 1 / 1}));
    CHECK(time_at(253'402'300'799) ==
          Time(std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}) - std::chrono::seconds(1));
    for (const std::int64_t number : {Limits::min(), Limits::min() + 1, INT64_C(-62'167'219'201),
                                      INT64_C(253'402'300'800), Limits::max()}) {
        CAPTURE(number);
        CHECK_FALSE(time_at(number));
    }
}

TEST_CASE("time_at: a number of any type is compared as the number that it is") {
    CHECK(time_at(UINT64_C(253'402'300'799)));
    CHECK_FALSE(time_at(UINT64_C(253'402'300'800)));
    // As 64 bits with a sign these would be -1 and the lowest number.
    CHECK_FALSE(time_at(std::numeric_limits<std::uint64_t>::max()));
    CHECK_FALSE(time_at(UINT64_C(1) << 63));
    CHECK(time_at(std::int8_t{-1}) == Time() - std::chrono::seconds(1));
}
