#include <natscreds/base/date.h>

#include <array>
#include <cstdio>

namespace natscreds::base {
namespace {

using std::chrono::days;

/// "2023-11-14"
std::string day_of(Time time) {
    const std::chrono::year_month_day date(std::chrono::floor<days>(time));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text.data();
}

/// "22:13:20"
std::string time_of_day(Time time) {
    const std::chrono::hh_mm_ss clock(time - std::chrono::floor<days>(time));
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%02d:%02d:%02d", static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return text.data();
}

}  // namespace

std::string date_of(Time time) {
    return day_of(time) + " " + time_of_day(time) + " UTC";
}

std::string rfc3339(Time time) {
    return day_of(time) + "T" + time_of_day(time) + "Z";
}

std::string time_of(Time time, Time now) {
    const bool near = std::chrono::abs(now - time) < std::chrono::hours(12);
    return near ? time_of_day(time) + " UTC" : date_of(time);
}

std::string span_of(std::chrono::seconds span) {
    const auto count = span.count();
    if (count < 120) return std::to_string(count) + " s";
    if (count < 120 * 60) return std::to_string(count / 60) + " min";
    if (count < 48 * 3600) return std::to_string(count / 3600) + " h";
    return std::to_string(count / 86'400) + " days";
}

std::string why_not_valid(const Validity& validity, Time now) {
    if (validity.expires && *validity.expires <= now)
        return "expired " + span_of(now - *validity.expires) + " ago, at " + time_of(*validity.expires, now);
    if (validity.not_before && *validity.not_before > now)
        return "is not valid before " + time_of(*validity.not_before, now) + ", in " +
               span_of(*validity.not_before - now);
    return {};
}

}  // namespace natscreds::base
