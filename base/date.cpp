#include <natscreds/base/date.h>

#include <array>
#include <cstdio>

#include <natscreds/base/letters.h>

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

/// The number that stands at a place of the text.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return std::nullopt;
    int number = 0;
    for (const char c : text.substr(at, count)) {
        if (!is_digit(c)) return std::nullopt;
        number = 10 * number + (c - '0');
    }
    return number;
}

std::optional<std::chrono::minutes> zone(std::string_view text) {
    if (text == "Z" || text == "z") return std::chrono::minutes(0);
    const bool shaped = text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':';
    const auto hours = shaped ? digits(text, 1, 2) : std::nullopt;
    const auto minutes = shaped ? digits(text, 4, 2) : std::nullopt;
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return text[0] == '+' ? offset : -offset;
}

}  // namespace

std::string date_of(Time time) {
    return day_of(time) + " " + time_of_day(time) + " UTC";
}

std::string rfc3339(Time time) {
    return day_of(time) + "T" + time_of_day(time) + "Z";
}

std::optional<Time> parse_rfc3339(std::string_view text) {
    constexpr std::size_t zone_at = 19;
    const bool shaped = text.size() > zone_at && text[4] == '-' && text[7] == '-' &&
                        (text[10] == 'T' || text[10] == 't') && text[13] == ':' && text[16] == ':';
    if (!shaped) return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 5, 2);
    const auto day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    std::size_t rest = zone_at;
    if (text[rest] == '.') rest = text.find_first_not_of("0123456789", rest + 1);
    const auto offset = rest < text.size() ? zone(text.substr(rest)) : std::nullopt;
    if (!year || !month || !day || !hour || !minute || !second || !offset) return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return Time(std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                std::chrono::seconds(*second) - *offset);
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
