#include <natscreds/accounts/revocation.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <natscreds/base/date.h>

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
    if (const auto seconds = integer(text)) return *seconds;
    if (const auto moment = base::parse_rfc3339(text)) return moment->time_since_epoch().count();
    return base::Error{Errc::bad_moment,
                       "\"" + std::string(text) + "\" (seconds since 1970, or 2006-01-02T15:04:05Z)"};
}

}  // namespace natscreds::accounts
