#include <natscreds/accounts/revocation.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

namespace natscreds::accounts {
namespace {

constexpr const char* everybody = "*";

/// Digits and nothing else.
std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = failed == std::errc() && end == text.data() + text.size() && value >= 0;
    return whole && text.front() != '+' ? std::optional(value) : std::nullopt;
}

/// The integer that stands at a place of the text, where something else may follow.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return std::nullopt;
    const auto value = integer(text.substr(at, count));
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
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

/// "2006-01-02T15:04:05" and a zone. A fraction of a second makes no difference to a token.
std::optional<std::int64_t> rfc3339(std::string_view text) {
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
    const std::chrono::sys_seconds moment = std::chrono::sys_days(date) + std::chrono::hours(*hour) +
                                            std::chrono::minutes(*minute) + std::chrono::seconds(*second) -
                                            *offset;
    return moment.time_since_epoch().count();
}

bool covered(const jwt::Revocations& revocations, const Revocation& one) {
    const auto all = revocations.find(everybody);
    return all != revocations.end() && all->second >= one.up_to;
}

}  // namespace

Revocation revocation_now(std::string key, base::Time issued_at, base::Time now) {
    return {std::move(key), std::max(now, issued_at).time_since_epoch().count()};
}

bool revoke(jwt::Revocations& revocations, const Revocation& wanted) {
    if (covered(revocations, wanted)) return false;
    const auto [entry, added] = revocations.emplace(wanted.key, wanted.up_to);
    if (added) return true;
    if (entry->second >= wanted.up_to) return false;
    entry->second = wanted.up_to;
    return true;
}

std::vector<std::string> compact(jwt::Revocations& revocations) {
    std::vector<std::string> removed;
    for (const auto& [key, up_to] : revocations) {
        if (key != everybody && covered(revocations, {key, up_to})) removed.push_back(key);
    }
    for (const std::string& key : removed)
        revocations.erase(key);
    return removed;
}

base::Result<std::int64_t> parse_revocation_moment(std::string_view text, base::Time now) {
    if (text.empty() || text == "0") return now.time_since_epoch().count();
    const std::optional<std::int64_t> seconds = integer(text);
    const std::optional<std::int64_t> moment = seconds ? seconds : rfc3339(text);
    if (moment) return *moment;
    return base::Error{Errc::bad_moment,
                       "\"" + std::string(text) + "\" (seconds since 1970, or 2006-01-02T15:04:05Z)"};
}

}  // namespace natscreds::accounts
