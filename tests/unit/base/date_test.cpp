#include <catch2/catch_test_macros.hpp>

#include <natscreds/base/date.h>

using namespace natscreds::base;
using namespace std::chrono_literals;

namespace {

constexpr Time evening{std::chrono::seconds{1'700'000'000}};  // 2023-11-14 22:13:20

}  // namespace

TEST_CASE("Date: a moment is told with its date, and without it where it is less than twelve hours away") {
    CHECK(date_of(evening) == "2023-11-14 22:13:20 UTC");
    CHECK(time_of(evening, evening + 12h - 1s) == "22:13:20 UTC");
    CHECK(time_of(evening, evening - 12h + 1s) == "22:13:20 UTC");
    CHECK(time_of(evening, evening + 12h) == "2023-11-14 22:13:20 UTC");
    CHECK(time_of(evening, evening - 12h) == "2023-11-14 22:13:20 UTC");
}

TEST_CASE("Date: RFC 3339 is told in UTC, to the second") {
    CHECK(rfc3339(evening) == "2023-11-14T22:13:20Z");
    CHECK(rfc3339(Time(0s)) == "1970-01-01T00:00:00Z");
    CHECK(rfc3339(Time(-1s)) == "1969-12-31T23:59:59Z");
}

TEST_CASE("Date: RFC 3339 is read with any zone, and nothing else is") {
    CHECK(parse_rfc3339("2023-11-14T22:13:20Z") == evening);
    CHECK(parse_rfc3339("2023-11-14T22:13:20.999999999Z") == evening);
    CHECK(parse_rfc3339("2023-11-15T00:13:20+02:00") == evening);
    CHECK(parse_rfc3339(rfc3339(Time(-1s))) == Time(-1s));
    for (const char* const bad : {"", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14 22:13:20Z",
                                  "2023-02-29T22:13:20Z", "2023-11-14T24:13:20Z", "2023-11-14T22:13:20+24:00",
                                  "+023-11-14T22:13:20Z", "2023-11-14T22:13:20Zx"})
        CHECK_FALSE(parse_rfc3339(bad));
}

TEST_CASE("Date: a span is told in the largest unit of which there are two") {
    CHECK(span_of(0s) == "0 s");
    CHECK(span_of(119s) == "119 s");
    CHECK(span_of(120s) == "2 min");
    CHECK(span_of(2h - 1s) == "119 min");
    CHECK(span_of(2h) == "2 h");
    CHECK(span_of(48h - 1s) == "47 h");
    CHECK(span_of(48h) == "2 days");
}

TEST_CASE("Date: what does not hold now says since when or until when, and what holds says nothing") {
    const Validity validity{.not_before = evening, .expires = evening + 60s};
    CHECK(why_not_valid(validity, evening - 40s) == "is not valid before 22:13:20 UTC, in 40 s");
    CHECK(why_not_valid(validity, evening).empty());
    CHECK(why_not_valid(validity, evening + 59s).empty());
    CHECK(why_not_valid(validity, evening + 60s) == "expired 0 s ago, at 22:14:20 UTC");
    CHECK(why_not_valid(validity, evening + 100s) == "expired 40 s ago, at 22:14:20 UTC");
    CHECK(why_not_valid(validity, evening + 24h * 10) == "expired 9 days ago, at 2023-11-14 22:14:20 UTC");
    CHECK(why_not_valid({}, evening).empty());
}
