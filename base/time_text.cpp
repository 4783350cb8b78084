#include <natscreds/base/time_text.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace natscreds::base {
namespace {

using std::chrono::floor;

std::string time_of_day(Time time) {
    const std::chrono::hh_mm_ss parts(time - floor<std::chrono::days>(time));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d UTC", static_cast<int>(parts.hours().count()),
                  static_cast<int>(parts.minutes().count()), static_cast<int>(parts.seconds().count()));
    return text.data();
}

}  // namespace

std::string date_text(Time time) {
    const std::chrono::year_month_day day(floor<std::chrono::days>(time));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u ", static_cast<int>(day.year()),
                  static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
    return text.data() + time_of_day(time);
}

std::string span_text(std::chrono::seconds span) {
    struct Unit {
        std::chrono::seconds length;
        std::chrono::seconds used_from;
        const char* name;
    };
    using namespace std::chrono_literals;
    constexpr std::array units{Unit{24h, 48h, " days"}, Unit{1h, 2h, " h"}, Unit{1min, 2min, " min"}};
    for (const Unit& unit : units) {
        if (span >= unit.used_from) return std::to_string(span / unit.length) + unit.name;
    }
    return std::to_string(span.count()) + " s";
}

std::string moment_text(Time time, Time now) {
    const bool same_day = floor<std::chrono::days>(time) == floor<std::chrono::days>(now);
    const std::string at = ", at " + (same_day ? time_of_day(time) : date_text(time));
    return (time < now ? span_text(now - time) + " ago" : "in " + span_text(time - now)) + at;
}

}  // namespace natscreds::base
