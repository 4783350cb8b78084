#include <chrono>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <natscreds/accounts/moment.h>

using namespace natscreds;
using namespace std::chrono;
using accounts::Errc;
using accounts::parse_moment;

namespace {

// 2026-01-31 12:00:00 UTC, the last day of a month before a short one.
const base::Time now = sys_days(2026y / January / 31) + 12h;

}  // namespace

TEST_CASE("Moment: nothing and zero stand for always") {
    const std::string text = GENERATE("", "0", "0d", "0y");
    REQUIRE(parse_moment(text, now).value() == std::nullopt);
}

TEST_CASE("Moment: dates and moments are read as UTC") {
    REQUIRE(parse_moment("2030-12-24", now).value() == sys_days(2030y / December / 24));
    REQUIRE(parse_moment("2030-12-24 01:02:03 UTC", now).value() ==
            sys_days(2030y / December / 24) + 1h + 2min + 3s);
    REQUIRE(parse_moment("2028-02-29", now).value() == sys_days(2028y / February / 29));
}

TEST_CASE("Moment: a number and a unit count from now") {
    const auto [text, moment] = GENERATE(table<std::string, base::Time>({
        {"5m", now + 5min},
        {"3h", now + 3h},
        {"2d", now + days(2)},
        {"2w", now + days(14)},
        {"1M", sys_days(2026y / March / 3) + 12h},  // February 31, as Go counts it on
        {"1y", sys_days(2027y / January / 31) + 12h},
        {"-1d", now - days(1)},
    }));
    CAPTURE(text);
    REQUIRE(parse_moment(text, now).value() == moment);
}

// As nsc: Go's AddDate counts days that a month does not have on into the next one.
TEST_CASE(
    "Moment: months and years from a day that the other month does not have go on into the next month") {
    const auto [from, text, moment] = GENERATE(table<sys_days, std::string, sys_days>({
        {sys_days(2028y / January / 31), "1M", sys_days(2028y / March / 2)},
        {sys_days(2026y / March / 31), "1M", sys_days(2026y / May / 1)},
        {sys_days(2026y / August / 31), "6M", sys_days(2027y / March / 3)},
        {sys_days(2026y / December / 31), "1M", sys_days(2027y / January / 31)},
        {sys_days(2026y / October / 31), "-1M", sys_days(2026y / October / 1)},
        {sys_days(2026y / January / 31), "-2M", sys_days(2025y / December / 1)},
        {sys_days(2028y / February / 29), "1y", sys_days(2029y / March / 1)},
        {sys_days(2028y / February / 29), "4y", sys_days(2032y / February / 29)},
    }));
    CAPTURE(text, from.time_since_epoch().count());
    CHECK(parse_moment(text, from + 23h + 59min + 59s).value() == moment + 23h + 59min + 59s);
}

TEST_CASE("Moment: anything else is refused, and named") {
    const std::string text = GENERATE("x", "10", "10x", "x10d", "x10dz", "10dd", "2026-02-29", "2026-13-01",
                                      "26-01-01", "2026-01-01T00:00:00Z", "2026-01-01 24:00:00 UTC", "1.5h",
                                      "99999999999d", "100001y", " 1d", "+1d");
    CAPTURE(text);
    const auto moment = parse_moment(text, now);
    REQUIRE(moment.error().code == Errc::bad_moment);
    REQUIRE(moment.error().detail == "\"" + text + "\"");
}
