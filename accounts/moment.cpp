#include <natscreds/accounts/moment.h>

#include <charconv>
#include <chrono>
#include <string>

namespace natscreds::accounts {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

/// A hundred thousand of any unit stays well within what a JWT's seconds and a calendar can hold.
constexpr int largest_count = 100'000;

std::optional<int> number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Like number(), for a fixed number of digits and nothing but digits.
std::optional<int> digits(std::string_view text) {
    return text.find_first_not_of("0123456789") == std::string_view::npos ? number(text) : std::nullopt;
}

/// A day too many of a month goes into the next one, as in Go's AddDate: a month after 31 January is 3 March
/// (or 2 March).
base::Time add_months(base::Time from, int count) {
    const sys_days day = std::chrono::floor<std::chrono::days>(from);
    const year_month_day date(day);
    const year_month_day moved = date + std::chrono::months(count);
    return sys_days(moved) + (from - day);
}

std::optional<base::Time> add(base::Time now, int count, char unit) {
    switch (unit) {
        case 'm':
            return now + std::chrono::minutes(count);
        case 'h':
            return now + std::chrono::hours(count);
        case 'd':
            return now + std::chrono::days(count);
        case 'w':
            return now + std::chrono::weeks(count);
        case 'M':
            return add_months(now, count);
        case 'y':
            return add_months(now, 12 * count);
        default:
            return std::nullopt;
    }
}

std::optional<sys_days> parse_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year_number = digits(text.substr(0, 4));
    const auto month_number = digits(text.substr(5, 2));
    const auto day_number = digits(text.substr(8, 2));
    if (!year_number || !month_number || !day_number) return std::nullopt;
    const year_month_day date(std::chrono::year(*year_number),
                              std::chrono::month(static_cast<unsigned>(*month_number)),
                              std::chrono::day(static_cast<unsigned>(*day_number)));
    return date.ok() ? std::optional<sys_days>(date) : std::nullopt;
}

/// "15:04:05 UTC", with or without the zone.
std::optional<std::chrono::seconds> parse_clock(std::string_view text) {
    if (text.ends_with(" UTC")) text.remove_suffix(4);
    if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
    const auto hour = digits(text.substr(0, 2));
    const auto minute = digits(text.substr(3, 2));
    const auto second = digits(text.substr(6, 2));
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<base::Time> parse_absolute(std::string_view text) {
    const std::optional<sys_days> date = parse_date(text.substr(0, 10));
    if (!date || text.size() == 10) return date;
    if (text[10] != ' ') return std::nullopt;
    const std::optional<std::chrono::seconds> clock = parse_clock(text.substr(11));
    return clock ? std::optional<base::Time>(*date + *clock) : std::nullopt;
}

}  // namespace

base::Result<std::optional<base::Time>> parse_moment(std::string_view text, base::Time now) {
    const std::optional<base::Time> never;
    if (text.empty() || text == "0") return never;
    if (const auto absolute = parse_absolute(text)) return absolute;
    const base::Error bad{Errc::bad_moment, "\"" + std::string(text) + "\""};
    const std::optional<int> count = number(text.substr(0, text.size() - 1));
    if (!count || *count > largest_count || *count < -largest_count) return bad;
    const std::optional<base::Time> moment = add(now, *count, text.back());
    if (!moment) return bad;
    return *count == 0 ? never : moment;
}

}  // namespace natscreds::accounts
