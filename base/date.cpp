#include <natscreds/base/date.h>

#include <ctime>

namespace natscreds::base {
namespace {

std::string formatted(Time time, const char* format) {
    const std::time_t seconds = time.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    std::string text(32, '\0');
    text.resize(std::strftime(text.data(), text.size(), format, &parts));
    return text;
}

}  // namespace

std::string date_of(Time time) {
    return formatted(time, "%Y-%m-%d %H:%M:%S UTC");
}

std::string time_of(Time time, Time now) {
    const bool near = std::chrono::abs(now - time) < std::chrono::hours(12);
    return near ? formatted(time, "%H:%M:%S UTC") : date_of(time);
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
