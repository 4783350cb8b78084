#include "issues.h"

#include <algorithm>
#include <charconv>
#include <string>

#include <natscreds/jwt/network.h>

#include "url.h"

namespace natscreds::jwt {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int number_of(std::string_view digits) {
    int value = -1;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// What may follow the seconds: nothing, or a point or comma and digits, which Go reads unasked.
bool is_fraction(std::string_view text) {
    return text.empty() || ((text.front() == '.' || text.front() == ',') && all_digits(text.substr(1)));
}

/// "15:04:05"; the hour may have one digit, as Go reads it.
bool is_time_of_day(std::string_view text) {
    const std::size_t first = text.find(':');
    if (first == std::string_view::npos || text.size() < first + 6 || text[first + 3] != ':') return false;
    const std::string_view hours = text.substr(0, first);
    const std::string_view minutes = text.substr(first + 1, 2);
    const std::string_view seconds = text.substr(first + 4, 2);
    if (hours.size() > 2 || !all_digits(hours) || !all_digits(minutes) || !all_digits(seconds)) return false;
    return number_of(hours) < 24 && number_of(minutes) < 60 && number_of(seconds) < 60 &&
           is_fraction(text.substr(first + 6));
}

void check_time_of_day(Issues& issues, std::string_view what, const std::string& text) {
    if (text.empty()) return issues.error("a time range has no " + std::string(what));
    if (!is_time_of_day(text))
        issues.error("the " + std::string(what) + " of a time range is not HH:MM:SS: " + in_quotes(text));
}

enum class Queue { allowed, refused };

void check_permitted(Issues& issues, const std::string& entry, Queue queue) {
    const auto blanks = std::ranges::count(entry, ' ');
    if (blanks == 0) return check_subject(issues, entry);
    if (blanks > 1) return issues.error("a permission with more than one blank: " + in_quotes(entry));
    const std::size_t blank = entry.find(' ');
    check_subject(issues, std::string_view(entry).substr(0, blank));
    check_subject(issues, std::string_view(entry).substr(blank + 1));
    if (queue == Queue::refused) issues.error("a permission to publish names a queue: " + in_quotes(entry));
}

void check_permission(Issues& issues, const Permission& permission, Queue queue) {
    for (const std::string& entry : permission.allow)
        check_permitted(issues, entry, queue);
    for (const std::string& entry : permission.deny)
        check_permitted(issues, entry, queue);
}

constexpr std::size_t max_info_bytes = 8 * 1024;

}  // namespace

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

bool is_key(std::string_view text, nkeys::Kind kind) {
    return nkeys::PublicKey::parse(text, kind).has_value();
}

std::vector<std::string_view> tokens_of(std::string_view subject) {
    std::vector<std::string_view> tokens;
    for (;;) {
        const std::size_t dot = subject.find('.');
        tokens.push_back(subject.substr(0, dot));
        if (dot == std::string_view::npos) return tokens;
        subject.remove_prefix(dot + 1);
    }
}

bool has_wildcards(std::string_view subject) {
    const std::vector<std::string_view> tokens = tokens_of(subject);
    return tokens.back() == ">" || std::ranges::find(tokens, "*") != tokens.end();
}

void check_subject(Issues& issues, std::string_view subject) {
    if (subject.empty()) return issues.error("a subject is empty");
    if (subject.find(' ') != std::string_view::npos)
        issues.error("a subject has a blank: " + in_quotes(subject));
    const bool bare_end = subject.front() == '.' || subject.back() == '.';
    if (bare_end) issues.error("a subject begins or ends with a dot: " + in_quotes(subject));
    if (subject.find("..") != std::string_view::npos)
        issues.error("a subject has an empty token: " + in_quotes(subject));
}

void check_permissions(Issues& issues, const Permissions& permissions) {
    check_permission(issues, permissions.sub, Queue::allowed);
    check_permission(issues, permissions.pub, Queue::refused);
}

void check_user_limits(Issues& issues, const UserPermissionLimits& limits, const ValidationContext& context) {
    for (const std::string& network : limits.src) {
        if (!valid_network(network)) issues.error("not a network in CIDR form: " + in_quotes(network));
    }
    for (const TimeRange& range : limits.times) {
        check_time_of_day(issues, "start", range.start);
        check_time_of_day(issues, "end", range.end);
    }
    const bool zone_ok = limits.times_location.empty() || context.is_time_zone(limits.times_location);
    if (!zone_ok) issues.error("no such time zone: " + in_quotes(limits.times_location));
}

void check_info(Issues& issues, std::string_view description, std::string_view info_url) {
    if (description.size() > max_info_bytes) issues.error("the description is longer than 8 KiB");
    if (info_url.empty()) return;
    if (info_url.size() > max_info_bytes) issues.error("the info URL is longer than 8 KiB");
    const std::optional<Url> url = parse_url(info_url);
    if (!url || url->host.empty() || url->scheme.empty()) {
        issues.error("the info URL has no scheme or no host: " + in_quotes(info_url));
    }
}

}  // namespace natscreds::jwt
